#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/advisories/match.h"
#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

char fits(const std::string& range, const std::string& version) {
  const auto v = Version::of_claim(version);
  if (!v) return 'x';
  const Fit fit = VersionRange::parse(range).contains(*v);
  return fit == Fit::yes ? 'y' : fit == Fit::no ? 'n' : '?';
}

struct Case {
  const char *range, *version;
  char fit;
};

// Ranges as CISA's and makers' advisories write them; the answers are by hand.
TEST(VersionRange, TellsInsideOutsideAndUnknown) {
  constexpr Case kCases[] = {
      // vers, and CISA's shorthand for it
      {"vers:all/*", "1.2", 'y'},
      {"< 2.5", "2.4.9", 'y'},
      {"< 2.5", "2.5", 'n'},
      {"< 2.5", "2.10", 'n'},
      {"<=V3.1", "V3.1", 'y'},
      {"<=V3.1", "3.0", 'y'},
      {"<=V3.1", "V3.2", 'n'},
      {"<= 3.1", "3.1.0", 'y'},
      {"<= 3.1", "3.1.2", '?'},  // whether "3.1 and earlier" means 3.1.2 is not said
      {"< 3.1", "3.1.2", 'n'},
      {"< 2.5.3", "2.5", '?'},  // a device that says 2.5 may run 2.5.3
      {">= 6.02 | <= 6.05", "6.03", 'y'},
      {">= 6.02 | <= 6.05", "6.01", 'n'},
      {">= 6.02 | <= 6.05", "6.06", 'n'},
      {"vers:intdot/>=1.0.0|<1.4.2|>=2.0.0|<2.1", "1.4.2", 'n'},
      {"vers:intdot/>=1.0.0|<1.4.2|>=2.0.0|<2.1", "2.0.7", 'y'},
      {"vers:generic/1.1|1.3", "1.2", 'n'},
      {"vers:generic/!=1.3|<=1.9", "1.3", 'n'},
      {"< 1.99 | 2.20 | 2.40", "2.20", 'y'},
      {"< 1.99 | 2.20 | 2.40", "2.30", 'n'},
      {">=4.6|<4.38", "4.7", 'y'},      // numbers, not decimals
      {">= 5.0 | < 4.38", "4.7", '?'},  // the bounds are the wrong way round
      {">=1.00A|<1.05F", "1.03C", 'y'},
      {"<= 1.241B", "1.241B", 'y'},
      {"<= 1.241B", "1.241A", 'y'},
      {"<= 1.241B", "1.242", 'n'},
      {"<R511.5_TCU4_HF4", "R511.5_TCU3_HF9", 'y'},
      {"<R511.5_TCU4_HF4", "511.6", 'n'},
      {"<= 1-02-08", "1-02-09", 'n'},
      {"< 08A06", "08A05", 'y'},
      {"All Versions >= V2.1 and < V2.1.3", "2.1.2", 'y'},
      {"All Versions >= V2.1 and < V2.1.3", "2.1.3", 'n'},
      {"All versions < V1.1.7", "V1.1.6", 'y'},
      {">v33.011|<v33.015", "33.11", 'n'},
      {">=v6.6.9|<v6.06.10", "6.6.9", 'y'},
      // free text
      {"2.0 through 2.4", "2.3.1", 'y'},
      {"2.0 through 2.4", "1.9", 'n'},
      {"from 2.0 to 2.4", "2.5", 'n'},
      {"V3.1 and earlier", "3.0", 'y'},
      {"Versions 3.1 and prior", "3.2", 'n'},
      {"prior to 2.5", "2.4", 'y'},
      {"versions prior to V2.5", "2.5", 'n'},
      {"1.2 or later", "1.3", 'y'},
      {"1.2 and newer versions", "1.1", 'n'},
      {"Ver.1.2以前", "1.1", 'y'},
      {"1.5未満", "1.5", 'n'},
      {"Up to 2.90", "2.70", 'y'},
      {"Up to 2.90", "3.0", 'n'},
      {"2.5 - 2.9", "2.7", 'y'},
      {"V2.5 – V2.9", "3.0", 'n'},
      {"prior to SV3.20", "v2.70", 'y'},
      {"2.5〜2.9", "2.7", 'y'},
      {"3.x", "3.7.1", 'y'},
      {"3.x", "4.0", 'n'},
      // not understood, or told in a way that no device tells
      {"<= 9.6 (excluding 9.4.2.6 and 9.5.3.2)", "9.5", '?'},
      {"<=The_first_5_digits_of_serial_No._\"26041\"", "1.2", '?'},
      {"H5692448 | G104", "3.2", '?'},
      {"2701295", "1.42", '?'},
      {"some versions", "1.0", '?'},
      {"", "1.0", '?'},
      // what devices say
      {"< 12.4", "Cisco IOS Software, 1841 Software (C1841), Version 12.3(24)T, RELEASE SOFTWARE (fc1)", 'y'},
      {"< 12.4", "Cisco IOS Software, 1841 Software (C1841), Version 12.4(24)T, RELEASE SOFTWARE (fc1)", 'n'},
      {"< 12.4", "no version at all", 'x'},
  };
  for (const Case& c : kCases) EXPECT_EQ(fits(c.range, c.version), c.fit) << c.range << " / " << c.version;
}

TEST(Names, KnowAMakerByAllItsNames) {
  const Names& names = Names::built_in();
  const auto same = [&](const char* a, const char* b) {
    const auto x = names.vendors(a), y = names.vendors(b);
    return std::any_of(x.begin(), x.end(), [&](const std::string& id) { return y.contains(id); });
  };
  EXPECT_TRUE(same("Siemens AG", "Siemens"));
  EXPECT_TRUE(same("Rockwell Automation", "Allen-Bradley"));
  EXPECT_TRUE(same("Rockwell Automation/Allen-Bradley", "Rockwell Automation"));
  EXPECT_TRUE(same("Schneider Electric Software, LLC", "Telemecanique"));
  EXPECT_TRUE(same("PHOENIX CONTACT, Innominate Security Technologies", "Phoenix Contact GmbH & Co. KG"));
  EXPECT_TRUE(same("General Electric (GE) and Emerson", "Emerson"));
  EXPECT_TRUE(same("MITSUBISHI ELECTRIC CORPORATION", "Mitsubishi Electric "));
  EXPECT_TRUE(same("Moxa Inc.", "MOXA TECHNOLOGIES CORP., LTD."));
  EXPECT_TRUE(same("シュナイダーエレクトリック株式会社", "Schneider Electric"));
  EXPECT_TRUE(same("㈱シュナイダー・エレクトリック", "Telemecanique Electrique"));
  EXPECT_TRUE(same("（株）三菱電機", "Mitsubishi Electric"));
  EXPECT_TRUE(same("株式会社　安川電機", "安川電機"));
  EXPECT_FALSE(same("三菱重工業株式会社", "三菱電機株式会社"));
  EXPECT_FALSE(same("Delta Controls", "Delta Electronics, Inc."));
  EXPECT_FALSE(same("Mitsubishi Heavy Industries, Ltd.", "Mitsubishi Electric"));
  EXPECT_FALSE(same("Hitachi, Ltd.", "Hitachi Energy"));
  EXPECT_FALSE(same("Acme GmbH", "Other GmbH"));
}

char sameness(const char* device, const char* advisory) {
  const Names& names = Names::built_in();
  Sameness best = Sameness::no;
  for (const ProductName& pattern : names.patterns(advisory))
    best = std::max(best, Names::compare(names.device(device), pattern));
  return best == Sameness::yes ? 'y' : best == Sameness::no ? 'n' : '?';
}

TEST(Names, CompareProductsWordForWord) {
  EXPECT_EQ(sameness("EDR-810", "EDR-810"), 'y');
  EXPECT_EQ(sameness("Moxa EDR-810-2GSFP", "EDR-810 Series"), 'y');
  EXPECT_EQ(sameness("EDR-8100", "EDR-810"), 'n');
  EXPECT_EQ(sameness("EDR-G903", "EDR-810"), 'n');
  EXPECT_EQ(sameness("M340", "Modicon M340 CPUs"), 'y');
  EXPECT_EQ(sameness("BMX P34 2020", "Modicon M340 CPU (part numbers BMXP34*)"), 'y');
  EXPECT_EQ(sameness("CJ2H-CPU64-EIP", "CJ2H-CPU**(-EIP)"), 'y');
  EXPECT_EQ(sameness("CJ2M-CPU33", "CJ2H-CPU**(-EIP)"), 'n');
  EXPECT_EQ(sameness("ILC 151 ETH", "ILC 1x1"), 'y');
  EXPECT_EQ(sameness("ILC 250", "ILC 1x1"), 'n');
  EXPECT_EQ(sameness("PC10G-CPU", "PC10G-CPU Type=TCC-6353"), 'y');
  EXPECT_EQ(sameness("TCC-6353", "PC10G-CPU Type=TCC-6353"), 'y');
  EXPECT_EQ(sameness("WebAccess", "WebAccess"), 'y');
  EXPECT_EQ(sameness("WebAccess HMI Designer", "WebAccess"), 'n');
  EXPECT_EQ(sameness("M580", "Modicon M580 CPU BMEP584040S"), '?');
  EXPECT_EQ(sameness("PLC", "Omron PLC CS series"), 'n');
  EXPECT_EQ(sameness("750", "750 Feeder Protection Relay firmware"), 'n');
  EXPECT_EQ(sameness("S7-300", "SIMATIC S7-300 CPU family (incl. related ET200 CPUs and SIPLUS variants)"), 'y');
  EXPECT_EQ(sameness("1756-ENBT/A", "1756-ENBT, 1756-EWEB, and 1768-ENBT communication modules"), 'y');
  EXPECT_EQ(sameness("GX450", "GX450 and ES450"), 'y');
  EXPECT_EQ(sameness("1763-L16BWA B/16.00", "MicroLogix 1100"), 'n');  // the family list says it, not the name
}

TEST(Names, FindFamiliesByOrderNumber) {
  const Names& names = Names::built_in();
  EXPECT_THAT(names.families("1763-L16BWA B/16.00", {"rockwell"}), ElementsAre("MicroLogix 1100"));
  EXPECT_THAT(names.families("1763-L16BWA B/16.00", {"siemens"}), IsEmpty());
  EXPECT_THAT(names.families("6ES7 315-2EH14-0AB0", {"siemens"}), ElementsAre("SIMATIC S7-300"));
  EXPECT_THAT(names.families("6ES7 214-1AG40-0XB0", {"siemens"}), ElementsAre("SIMATIC S7-1200"));
  EXPECT_THAT(names.families("6ES7 214-1AD23-0XB0", {"siemens"}), IsEmpty());  // an S7-200
  EXPECT_THAT(names.families("BMX P34 2020", {"schneider"}), ElementsAre("Modicon M340"));
}

std::string advisory(const std::string& id, const std::string& vendor, const std::string& product,
                     const std::string& category, const std::string& version, const std::string& more = "") {
  return R"({"document": {"csaf_version": "2.0", "title": "T", "publisher": {"name": "P"},
    "tracking": {"id": ")" +
         id + R"(", "current_release_date": "2024-05-01T00:00:00Z", "status": "final"}},
    "product_tree": {"branches": [{"category": "vendor", "name": ")" +
         vendor + R"(", "branches": [
      {"category": "product_name", "name": ")" +
         product + R"(", "branches": [
        {"category": ")" +
         category + R"(", "name": ")" + version + R"(", "product": {"product_id": "A", "name": "x"}}]}]}]},
    "vulnerabilities": [{"cve": "CVE-2024-0001", "product_status": {"known_affected": ["A"]},
      "scores": [{"products": ["A"], "cvss_v3": {"baseScore": 9.8}}],
      "remediations": [{"category": "mitigation", "details": "Segment.", "product_ids": ["A"]},
                       {"category": "vendor_fix", "details": "Update\nto 2.5.", "product_ids": ["A"]}]})" +
         more + "]}";
}

// "rule severity confidence" of the findings on a device of that maker, product and firmware.
std::vector<std::string> judged(const std::string& json, const std::string& maker, const std::string& product,
                                const std::string& firmware, const std::string& method = "modbus 43/14") {
  Advisories advisories;
  advisories.add("a.json", json);
  EXPECT_THAT(advisories.problems(), IsEmpty());
  Site site;
  site.host("plc", {.ip = "192.168.1.10", .ot = true});
  if (!maker.empty()) site.attribute("plc", "vendor", maker, method);
  if (!product.empty()) site.attribute("plc", "product", product);
  if (!firmware.empty()) site.attribute("plc", "firmware", firmware);
  assess(site.db, {}, built_in_rules(), test_fingerprint,
         {.only = {"advisory-affected", "advisory-possible"}, .advisories = &advisories});
  std::vector<std::string> out;
  for (Statement s = site.db.prepare("select rule_id, severity, confidence from finding order by 1"); s.step();)
    out.push_back(s.text(0) + ' ' + s.text(1) + ' ' + s.text(2));
  return out;
}

const std::string kEdr = advisory("X-1", "Moxa", "EDR-810", "product_version_range", "< 2.5");

TEST(Advisories, NeedMakerProductAndVersion) {
  EXPECT_THAT(judged(kEdr, "Moxa Inc.", "EDR-810", "V2.4"), ElementsAre("advisory-affected critical 90"));
  EXPECT_THAT(judged(kEdr, "Moxa Inc.", "EDR-810", "V2.5"), IsEmpty());
  EXPECT_THAT(judged(kEdr, "Moxa Inc.", "EDR-810", ""), ElementsAre("advisory-possible low 30"));
  EXPECT_THAT(judged(kEdr, "Moxa Inc.", "EDR-810", "unknown"), ElementsAre("advisory-possible low 30"));
  EXPECT_THAT(judged(kEdr, "Moxa Inc.", "EDR-810", "V2.4", "oui"), ElementsAre("advisory-affected critical 70"));
  EXPECT_THAT(judged(kEdr, "", "Moxa EDR-810", "V2.4"), ElementsAre("advisory-affected critical 90"));
}

TEST(Advisories, AreNeverMatchedByMakerOrProductAlone) {
  EXPECT_THAT(judged(kEdr, "Moxa Inc.", "", "2.4"), IsEmpty());
  EXPECT_THAT(judged(kEdr, "Moxa Inc.", "EDS-405A", "2.4"), IsEmpty());
  EXPECT_THAT(judged(kEdr, "", "EDR-810", "2.4"), IsEmpty());
  EXPECT_THAT(judged(kEdr, "Siemens AG", "EDR-810", "2.4"), IsEmpty());
}

TEST(Advisories, WeighAllVersionsLess) {
  const std::string all = advisory("X-1", "Moxa", "EDR-810", "product_version_range", "vers:all/*");
  EXPECT_THAT(judged(all, "Moxa", "EDR-810", ""), ElementsAre("advisory-affected critical 70"));
  EXPECT_THAT(judged(all, "Moxa", "EDR-810", "9.9"), ElementsAre("advisory-affected critical 70"));
}

TEST(Advisories, TakeTheirWordThatAVersionIsFixed) {
  std::string both = kEdr;
  const std::string tree = R"({"category": "product_version_range", "name": "< 2.5")";
  both.replace(
      both.find(tree), tree.size(),
      R"({"category": "product_version", "name": "2.3", "product": {"product_id": "B", "name": "y"}}, )" + tree);
  const std::string status = R"("known_affected": ["A"])";
  both.replace(both.find(status), status.size(), status + R"(, "known_not_affected": ["B"])");
  EXPECT_THAT(judged(both, "Moxa", "EDR-810", "2.4"), ElementsAre("advisory-affected critical 90"));
  EXPECT_THAT(judged(both, "Moxa", "EDR-810", "2.3"), IsEmpty());
}

TEST(Advisories, SayWhatTheyFoundAndWhatHelps) {
  Advisories advisories;
  advisories.add("a.json", kEdr);
  Site site;
  site.host("plc", {.ip = "192.168.1.10"})
      .attribute("plc", "vendor", "Moxa", "snmp")
      .attribute("plc", "product", "EDR-810");
  site.attribute("plc", "firmware", "2.4");
  assess(site.db, {}, built_in_rules(), test_fingerprint, {.only = {"advisory-affected"}, .advisories = &advisories});
  EXPECT_EQ(site.of("advisory-affected", "detail_en"),
            "plc (192.168.1.10) says that it is EDR-810, firmware 2.4. Advisory X-1 (T, 2024-05-01) names Moxa EDR-810 "
            "< 2.5 as affected: CVE-2024-0001; CVSS 9.8. The advisory advises: Update to 2.5.");
  EXPECT_EQ(site.db.integer("select count(*) from finding_packet"), 3);  // product, firmware and maker
}

TEST(Advisories, ReadRelationshipsModelNumbersAndPlainNames) {
  const std::string firmware = R"({"document": {"csaf_version": "2.0", "title": "T",
      "tracking": {"id": "X-2", "status": "final"}},
    "product_tree": {"branches": [{"category": "vendor", "name": "Siemens", "branches": [
      {"category": "product_name", "name": "SCALANCE X208", "product": {"product_id": "H", "name": "x",
        "product_identification_helper": {"model_numbers": ["6GK5208-0BA10-2A*"]}}},
      {"category": "product_name", "name": "SCALANCE firmware", "branches": [
        {"category": "product_version_range", "name": "<5.2.5", "product": {"product_id": "F", "name": "y"}}]}]}],
      "relationships": [{"category": "installed_on", "product_reference": "F", "relates_to_product_reference": "H",
        "full_product_name": {"product_id": "FH", "name": "z"}}]},
    "vulnerabilities": [{"cve": "CVE-1", "product_status": {"known_affected": ["FH"]}}]})";
  EXPECT_THAT(judged(firmware, "Siemens AG", "SCALANCE X208", "V5.2.4"), ElementsAre("advisory-affected medium 90"));
  EXPECT_THAT(judged(firmware, "Siemens AG", "6GK5 208-0BA10-2AA3", "V5.2.4"),
              ElementsAre("advisory-affected medium 90"));
  EXPECT_THAT(judged(firmware, "Siemens AG", "SCALANCE X208", "V5.2.5"), IsEmpty());
  const std::string plain =
      R"({"document": {"csaf_version": "2.0", "title": "T", "tracking": {"id": "X-3", "status": "final"}},
    "product_tree": {"full_product_names": [{"product_id": "A", "name": "Siemens SCALANCE X208 firmware version 5.0 through 5.2"}]},
    "vulnerabilities": [{"cve": "CVE-1", "product_status": {"known_affected": ["A"]}}]})";
  EXPECT_THAT(judged(plain, "Siemens AG", "SCALANCE X208", "5.1"), ElementsAre("advisory-affected medium 90"));
  EXPECT_THAT(judged(plain, "Siemens AG", "SCALANCE X208", "4.9"), IsEmpty());
}

TEST(Advisories, ReadVersionsOutOfProductNames) {
  const auto named = [](const std::string& name) {
    return advisory("X-1", "Siemens", name, "product_version_range", "vers:all/*");
  };
  EXPECT_THAT(judged(named("SIMATIC WinCC V7.2 and earlier"), "Siemens", "SIMATIC WinCC", "7.1"),
              ElementsAre("advisory-affected critical 90"));
  EXPECT_THAT(judged(named("SIMATIC WinCC V7.2 and earlier"), "Siemens", "SIMATIC WinCC", "7.3"), IsEmpty());
  EXPECT_THAT(judged(named("SIMATIC WinCC V7.3 and newer"), "Siemens", "SIMATIC WinCC", "7.5"),
              ElementsAre("advisory-affected critical 90"));
  EXPECT_THAT(judged(named("RTU500 series CMU Firmware Version 12.0"), "Siemens", "RTU500", "12.4"), IsEmpty());
}

TEST(Advisories, TellOrderNumbersOfOneFamilyApart) {
  const auto named = [](const std::string& name) {
    return advisory("X-1", "Schneider Electric", name, "product_version_range", "< 3.01");
  };
  const auto cpu = [&](const std::string& name) {
    return judged(named(name), "Schneider Electric", "BMX P34 2020", "v2.70");
  };
  EXPECT_THAT(cpu("Modicon M340"), ElementsAre("advisory-affected critical 90"));
  EXPECT_THAT(cpu("Modicon M340 CPU BMXP342020"), ElementsAre("advisory-affected critical 90"));
  EXPECT_THAT(cpu("Modicon M340 Ethernet Module BMXNOE0100"), IsEmpty());
  EXPECT_THAT(judged(named("Modicon M340 CPU BMXP342020"), "Schneider Electric", "M340", "v2.70"),
              ElementsAre("advisory-possible low 30"));  // a device that names no more than the family
}

TEST(Advisories, SayThatAProductIsUnderInvestigation) {
  std::string text = kEdr;
  text.replace(text.find("known_affected"), 14, "under_investigation");
  Advisories advisories;
  advisories.add("a.json", text);
  Site site;
  site.host("plc", {.ip = "192.168.1.10"}).attribute("plc", "vendor", "Moxa").attribute("plc", "product", "EDR-810");
  site.attribute("plc", "firmware", "2.4");
  assess(site.db, {}, built_in_rules(), test_fingerprint, {.only = {"advisory-possible"}, .advisories = &advisories});
  EXPECT_EQ(
      site.of("advisory-possible", "detail_en"),
      "plc (192.168.1.10) says that it is EDR-810, firmware 2.4. 1 advisory(ies) name it, but whether it is affected "
      "was still under investigation (X-1: Moxa EDR-810 < 2.5); 1 vulnerabilities in all.");
}

TEST(Advisories, OfOneDayCountByTimeAndVersion) {
  const auto dated = [](const std::string& date, const std::string& version) {
    std::string text = kEdr;
    const std::string old = "\"current_release_date\": \"2024-05-01T00:00:00Z\"";
    return text.replace(text.find(old), old.size(),
                        "\"current_release_date\": \"" + date + "\", \"version\": \"" + version + "\"");
  };
  Advisories advisories;
  advisories.add("noon.json", dated("2024-05-01T12:00:00Z", "9"));
  advisories.add("evening.json", dated("2024-05-01T18:00:00.000Z", "10"));
  advisories.add("same.json", dated("2024-05-01T18:00:00Z", "9"));
  EXPECT_EQ(advisories.all()[0].file, "evening.json");
}

TEST(Advisories, DoNotTakeInstalledSoftwareForSeen) {
  const std::string software =
      R"({"document": {"csaf_version": "2.0", "title": "T", "tracking": {"id": "X-2", "status": "final"}},
    "product_tree": {"branches": [{"category": "vendor", "name": "Moxa", "branches": [
      {"category": "product_name", "name": "EDR-810", "product": {"product_id": "H", "name": "x"}},
      {"category": "product_name", "name": "Logger", "product": {"product_id": "S", "name": "y"}}]}],
      "relationships": [{"category": "installed_on", "product_reference": "S", "relates_to_product_reference": "H",
        "full_product_name": {"product_id": "SH", "name": "z"}}]},
    "vulnerabilities": [{"cve": "CVE-1", "product_status": {"known_affected": ["SH"]}}]})";
  EXPECT_THAT(judged(software, "Moxa", "EDR-810", "1.0"), ElementsAre("advisory-possible low 30"));
}

TEST(Advisories, CountTheNewerRevisionAndUseTheRestOfAFolder) {
  Advisories advisories;
  advisories.add("old.json", kEdr);
  std::string newer = kEdr;
  newer.replace(newer.find("2024-05-01"), 10, "2024-06-01");
  advisories.add("new.json", newer);
  advisories.add("older.json", kEdr);
  advisories.add("cut.json", kEdr.substr(0, 300));
  advisories.add("list.json", "[1, 2]");
  advisories.add("deep.json", std::string(100'000, '['));
  advisories.add("types.json", R"({"document": {"csaf_version": "2.0", "tracking": {"id": "Y", "status": 5}},
    "product_tree": {"branches": {"category": 7}}, "vulnerabilities": "none"})");
  std::string draft = kEdr;
  draft.replace(draft.find("\"final\""), 7, "\"draft\"");
  advisories.add("draft.json", draft);
  std::string old = kEdr;
  old.replace(old.find("\"2.0\""), 5, "\"1.2\"");
  advisories.add("cvrf.json", old);
  ASSERT_EQ(advisories.all().size(), 1u);
  EXPECT_EQ(advisories.all()[0].file, "new.json");
  EXPECT_THAT(advisories.problems(),
              ElementsAre(HasSubstr("cut.json: no valid JSON, at octet "),
                          "list.json: is no CSAF document (no document.csaf_version or document.tracking.id)",
                          HasSubstr("deep.json: no valid JSON"),
                          "types.json: names no product that devices could be compared with",
                          "draft.json: is a draft, and not used", "cvrf.json: is CSAF 1.2; version 2 is understood"));
}

}  // namespace
}  // namespace kakoi
