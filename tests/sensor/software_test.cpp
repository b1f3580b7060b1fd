// What names and software texts tell.
#include "sensor/inventory/software.h"

#include <gtest/gtest.h>

#include "sensor/inventory/public_name.h"

namespace kakoi {
namespace {

TEST(PublicName, WhatLeavesTheHouse) {
  for (const char* name : {"www.example.com", "time.windows.com.", "4.4.8.8.in-addr.arpa", "localhost.evil.com"})
    EXPECT_TRUE(is_public_name(name)) << name;
  for (const char* name :
       {"", "plc7", "plc7.local", "PLC7.LOCAL", "_http._tcp.local", "nas.lan", "x.home.arpa", "a.test",
        "1.168.192.in-addr.arpa", "1.1.168.192.in-addr.arpa", "host.internal", "b.invalid", "8.8.4.4", "2a03:2880::1",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa", "x.y.in-addr.arpa"})
    EXPECT_FALSE(is_public_name(name)) << name;
}

TEST(Software, ProductAndVersion) {
  const auto split = [](std::string_view banner) {
    const Software s = split_software(banner);
    return s.product + "|" + s.version;
  };
  EXPECT_EQ(split("nginx/1.22"), "nginx|1.22");
  EXPECT_EQ(split("Apache/2.4.41 (Ubuntu)"), "Apache|2.4.41");
  EXPECT_EQ(split("OpenSSH_9.2p1 Debian-2+deb12u3"), "OpenSSH|9.2p1");
  EXPECT_EQ(split("Microsoft-IIS/10.0"), "Microsoft-IIS|10.0");
  EXPECT_EQ(split("vsFTPd 3.0.3"), "vsFTPd|3.0.3");
  EXPECT_EQ(split("(vsFTPd 3.0.3)"), "vsFTPd|3.0.3");
  EXPECT_EQ(split("Modicon TM221 v1.6"), "Modicon TM221|1.6");
  EXPECT_EQ(split("GoAhead-Webs"), "GoAhead-Webs|");
  EXPECT_EQ(split(""), "|");
}

TEST(Software, SystemIsWhatADescriptionBeginsWith) {
  // net-snmp and lldpd on Debian 12; Windows' SNMP service; a Cisco switch, which names no such system
  EXPECT_EQ(system_described("Linux ups1 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 x86_64"),
            "Linux 6.1.0-18-amd64");
  EXPECT_EQ(system_described("Debian GNU/Linux 12 (bookworm) Linux 6.1.0-18-amd64 #1 SMP"), "Debian GNU/Linux 12");
  EXPECT_EQ(system_described(
                "Hardware: Intel64 Family 6 Model 62 - Software: Windows Version 6.3 (Build 9600 Multiprocessor Free)"),
            "Windows Version 6.3");
  EXPECT_EQ(system_described("SunOS hist 5.10 Generic_137137-09 sun4v"), "SunOS 5.10");
  EXPECT_EQ(system_described("Linux"), "Linux");
  for (const char* none : {"", "Cisco IOS Software, C2960 Software", "Linuxlike 3", "Siemens, SIMATIC, S7-300"})
    EXPECT_EQ(system_described(none), "") << none;
  EXPECT_EQ(system_of_ssh("OpenSSH_9.2p1 Debian-2+deb12u3"), "Debian");
  EXPECT_EQ(system_of_ssh("OpenSSH_5.8p1 Debian-1ubuntu3"), "Ubuntu");
  EXPECT_EQ(system_of_ssh("OpenSSH_for_Windows_8.1"), "Windows");
  for (const char* none : {"OpenSSH_8.0", "dropbear_2019.78", "Cisco-1.25"}) EXPECT_EQ(system_of_ssh(none), "") << none;
}

TEST(Software, SystemThatABrowserNames) {
  EXPECT_EQ(system_in("Mozilla/5.0 (X11; Linux i686; rv:5.0) Gecko/20100101 Firefox/5.0"), "Linux i686");
  EXPECT_EQ(system_in("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_6_8) AppleWebKit/534.30"), "Mac OS X 10_6_8");
  EXPECT_EQ(system_in("Mozilla/5.0 (Linux; Android 4.4.2; SM-G900P) AppleWebKit/537.36"), "Android 4.4.2");
  EXPECT_EQ(system_in("Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X) AppleWebKit/601.1"), "iPhone OS 9_1");
  EXPECT_EQ(system_in("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; WOW64)"), "Windows NT 6.1");
  EXPECT_EQ(system_in("Mozilla/5.0 (compatible; Linux"), "Linux");
  for (const char* none :
       {"curl/7.88.1 (Linux)", "Mozilla/5.0", "Mozilla/5.0 ()", "Mozilla/5.0 (compatible) Linux", ""})
    EXPECT_EQ(system_in(none), "") << none;
}

}  // namespace
}  // namespace kakoi
