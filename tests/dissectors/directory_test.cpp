#include "dissectors/kerberos/kerberos.h"
#include "dissectors/ldap/ldap.h"

#include <gtest/gtest.h>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// suricata-verify, tests/krb5-request-frag-log/krb5-frag.pcap
TEST(Kerberos, ReadsRealmNamesAndTheTicketsEncryption) {
  const auto asked = observe(
      kerberos::protocol,
      {
          // frame 17
          client("000000b96a81b63081b3a103020105a20302010aa31530133011a10402020080a20904073005a0030101ffa4818f30818ca0"
                 "0703050050800000a1133011a003020101a10a30081b06757365723031a2111b0f646f6d2e746573742e6c6f2e636f6da324"
                 "3022a003020101a11b30191b066b72627467741b0f646f6d2e746573742e6c6f2e636f6da511180f32303138303632383137"
                 "313333305aa611180f32303138303632383137313333305aa70602041c0275cda8053003020117"),
          // frame 19
          server("000000bb7e81b83081b5a003020105a10302011ea411180f32303138303632373137313332365aa50502030a995aa6030201"
                 "19a9111b0f646f6d2e746573742e6c6f2e636f6daa243022a003020101a11b30191b066b72627467741b0f646f6d2e746573"
                 "742e6c6f2e636f6dac51044f304d3016a10302010ba20f040d300b3009a003020117a10204003012a103020113a20b040930"
                 "073005a0030201173009a103020102a20204003009a103020110a20204003009a10302010fa2020400"),
      });
  EXPECT_EQ(identities(asked, Role::client),
            (Texts{"account user01 by kerberos", "domain dom.test.lo.com by kerberos realm"}));
  EXPECT_EQ(operations(asked, kerberos::protocol), (Texts{"AS-REQ", "KRB-ERROR refused"}));
  const auto granted = observe(
      kerberos::protocol,
      {
          // frame 27
          client("000001046a8201003081fda103020105a20302010aa35f305d3048a103020102a241043f303da003020117a23604340a53c7"
                 "56be39e0ab1cb982aded25ce53f66d09276249c409e80e11a6bc6646db382bca3c61177b799b8fed44fab948f2b9f20c7130"
                 "11a10402020080a20904073005a0030101ffa4818f30818ca00703050050800000a1133011a003020101a10a30081b067573"
                 "65723031a2111b0f646f6d2e746573742e6c6f2e636f6da3243022a003020101a11b30191b066b72627467741b0f646f6d2e"
                 "746573742e6c6f2e636f6da511180f32303138303632383137313333305aa611180f32303138303632383137313333305aa7"
                 "0602043ab9d502a8053003020117"),
          // frame 30
          server("000008f46b8208f0308208eca003020105a10302010ba3111b0f646f6d2e746573742e6c6f2e636f6da4133011a003020101"
                 "a10a30081b06757365723031a582079a6182079630820792a003020105a1111b0f646f6d2e746573742e6c6f2e636f6da224"
                 "3022a003020101a11b30191b066b72627467741b0f646f6d2e746573742e6c6f2e636f6da38207503082074ca003020112a1"
                 "03020105a282073e0482073a6ad7650712826b49f2ac171b15b6c73ae053c2f6e4b3eca700ebe53ff30d6f560f0c8442b107"
                 "e9cb7d11d2e3242b503d0613f990286f73f83c6d4be82d6ca9ab217632e64a63d72a0123117333b9f00d4e236fa0a0fdee17"
                 "e261187ec804ccd95c1bdc226978aa3bec283d8f169658a5ee33196627a44203c7e2547868f545ec0f7b9f9409e77a407c21"
                 "746da49833eeb0368e6bded62bcf1e4ad561794032eb013700c6efdc99e22d1bb8d95e527ade6d88c46bee4fe5c3d4fdc766"
                 "6334948f31587476e6226c33572e205430dcbaff8ff7522873db7c9e1aa7a7cc00f50ea97907e20c5780df11cad678e1d678"
                 "b1e436c774935d28988713e9d8a7a09e9cdf14f50683c6becfec4a9148707d709520e4a3a720b1a6d0d9697a6e0286434459"
                 "9796fc30998393f24852848d44a6862248a2bac7f547b0fd074ddd6af08f9b4a36dbbd8a7a95058b40c39999ca6b59775674"
                 "8a0a0a737a2c6b4bd885b0825eab404fb5c290652aba60653819d9c3d7bdb497e9efa1ba543c7ece81bfbb4dc73e131d2afe"
                 "7535ca2e00adbfb2138e00fe4deae33c9b8132315b12012afe2950fce40f22584b8479c1e959c69daaa46eaa55f3898ba331"
                 "6cfa8457482d3bee12fc4ea488e6b2a1058da0a73242ab974e39979fadf4e711048858af7abd60f4eb4272a52a4ba17976dd"
                 "40d4e2c853bffd0975843649bf340d8ba4a1e7a40be22dc69b9318e5a8864138462050a0397db4335603d1337586902d1757"
                 "d552792b70fe590386efa7bb59e8094504a00d2361f9a9c4b88e44b95921a03aeb2139ff74a2a50ead87c084be41819d7c11"
                 "baebcdf157218739e35f1ea2a28e006b55701e97337d107ca12c08d69be22d57c4f38ddf1f711874d2de55d737a0ff6b956c"
                 "25947423e3c97cd53292c24af1d07df2bd2f0c657b7793619173ac1f84543d9f3d9a21dc8456375fb86ddff9d1fe25b0a5f1"
                 "52fcfcc2ca1225081b264e040c4ed377bb8c796d83d3be097b0ed8d966541d34d982b2d72011aac2e4a02197f70a9ee97e0a"
                 "9e794ea16aaad5bf6a7031b325c8d175eb0cf38454382defc740e061024da82045230f604a98de58d3ac5e0287b8d20a3a09"
                 "76e0b77871621a146e9fce50cf9df5599767ae2be859d4509ea75124141962dbff61e1ec3a4d3775a4c464f65be39dc8dc10"
                 "7d7608e28a9885a6d89b1773d4970447fbdbf906e8587d952a0ac29fc0537716166e31e01474532ec4564b53ebc1816ed006"
                 "6f96e5dcb1487cf6d039264eb4aeda56106ad4973fbbe9a91dca90663212eda070deeb275bfe048db4c6c907d4b38fd2b132"
                 "dc16286383a5142ebd95dfd17452a409f6c998177ba04cb5a72084982368861e0252881ce505b54d0e1edb754fffd5614fa4"
                 "d283d56353a57f5345d0d28e22c5817f33876cd670c46e9425ac71f4eb6deca97c0b7c38373d75257db24618b6576788731c"
                 "aa95e7e61015f453405cf789a255cc33981ddb84ca760fe61190c4ce9736de4a13cc007d1d149fb78327c18e2da04eb7"),
          // frame 32
          server("ec8d98c50d10f38b6773807f0ffc3c038aaebdf598fcb476f2c8d0e0ee34a9ca34299e5a136126c3f9dd75c02c5e977068fc"
                 "b14611e72f17bae67e3b23e17aa25583453fd3de0061814fcf4487aa531ca2d04bd8512e10e5bf256822968e09730c844b05"
                 "7a3305c50b16f80fcbcbdde0d81d9f77855a2af51f3f45bfb18ec7109ddae153fbeefa96e77675d161834f82a7fa2d4d9535"
                 "bef229e74f4910d84ad815facf6c136975f9324e652228c87bf73ff4853ad0e09033937e0fc35248462afb5654be43eb4872"
                 "51bf7289cbd14bda333ee166abeb6276be4e945ad382b3d8bed4b25cb0005d7fe388fec685c96d0aba4cd3390ee683c15366"
                 "11107b9c37f3618b2554e6ab6d38d9bd111b22bcb2b15cb5a14f813184b2771951090fb12bc36a583deb40eb581aac588740"
                 "9a5b47333d7777764d2c152ad4a259e51890d42c5fda1f5a0e0a6d237c8dc752b2795e2ddf0ea0593025d0584a3cf6168e1d"
                 "38a827f4db01dd74bd6e5267cabe36c8cc48a51a59010f9226586212b8bbef910c18b2f485909d1505d87ff43c7f08390c5c"
                 "6f21383a7a1fb161d4e1e531b24d11b96c96ff0db0f259c295c2ee776f56b0a69992396edca1b1c04ed28405f84f256fd59d"
                 "1003496de39024d82d61f52306c0b26a8c24055fa4b3514ed93c33b85e31785c9a10023d9d402f6fa785bbbe952278cd4c5d"
                 "501d453c366c6c86f4b054c2af526aa423cc6e825ef9a520276d69dfaafc4b44450025a5d924b63af3d650d2250432e2ea4b"
                 "74abd2d3fb5be4f5f0d707eea20d9d9c2d311d0a92d0431a14890896a9fd9d6389849c3748799e020991e23df91a136bce59"
                 "7b11f521f4893ca3c450982d7ce3fafec207cc4b1d40fcbfc5faa513037d560e0c3e5d0043bd7b7199f4522e28f5d377b336"
                 "4193e6f34fa2bdccd113a2847a737db5bc0fd37393be7b46b0d20ba81f269379eed46de0b08ab67c49279e16c528a275b187"
                 "b0f41643fe991c09fb3a3afabebbbc206f20ddbbbdb5741c9063dd68d1812345e2f7c4f9d0aacbc368148125cfcc3d12f9cd"
                 "15570c0fb1355e2a51f34d22d019a682011830820114a003020117a103020111a282010604820102a1ab72d2c23f36c8c310"
                 "367aa3f31fa9d2f52f51b17da8b7100ce3e1530db43f0cff837aa5100803335c4b2d8026a535b0b43fc46e08dc890426557f"
                 "23f670bd6d88e66e6c8aeae5dbb79bd4cfe55103c5f76f01eb3ad2c2976f027be1a4198cbc57f9415c0ef7b1cd4be8524958"
                 "1abc1bf24c81b615874d72fb1e4a879cb1fc767e48f97bd75e03d90531fb0c3e1f9a3790549325d9dcbf767e4895e9bf03d8"
                 "8be0f80aab94f4dc78c254f080c734da5354f91cabc5aeedc943e771d5fbfb925b41c2a4af5f357d44b7554e88836a8937ce"
                 "63de04a71b21cb23e9d763ec2c45817780f19e3b3af46f1cd8ec82d51510f22de77dd5444fa17b43f6ac27156c36c352"),
      });
  EXPECT_EQ(operations(granted, kerberos::protocol),
            (Texts{"AS-REQ", "AS-REP accepted", "ticket with aes256-cts-hmac-sha1-96", "reply with rc4-hmac"}));
}

// nDPI, kerberos.pcap, frame 1: a Windows machine names itself twice.
TEST(Kerberos, TellsMachinesFromPeople) {
  const auto seen = observe(
      kerberos::protocol,
      {
          // frame 1
          client("000000eb6a81e83081e5a103020105a20302010aa31530133011a10402020080a20904073005a0030101ffa481c13081bea0"
                 "0703050040810010a1183016a003020101a10f300d1b0b6a6f686e736f6e2d706324a2101b0e686170707963726166742e6f"
                 "7267a3233021a003020102a11a30181b066b72627467741b0e686170707963726166742e6f7267a511180f32303337303931"
                 "333032343830355aa611180f32303337303931333032343830355aa70602044ec01617a81530130201120201110201170201"
                 "180202ff79020103a91d301b3019a003020114a11204104a4f484e534f4e2d5043202020202020"),
      });
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"name johnson-pc by kerberos machine account", "domain happycraft.org by kerberos realm",
                   "name JOHNSON-PC by kerberos host address"}));
}

// arkime, krb5-udp.pcap
TEST(Kerberos, IsReadFromDatagramsToo) {
  const auto seen = observe(
      kerberos::protocol,
      {
          // frame 1
          client("6a81f83081f5a103020105a20302010aa35c305a304ca103020102a24504433041a003020112a23a0438ffffffffffffffff"
                 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff300a"
                 "a10402020095a2020400a4818a308187a00703050040000000a1163014a003020101a10d300b1b09787878787878787824a2"
                 "121b1078782e7878782e78787878782e4e4554a3253023a003020102a11c301a1b066b72627467741b1078782e7878782e78"
                 "787878782e4e4554a511180f32303136303631383232313431355aa70602042c2cf0b0a80e300c0201120201110201100201"
                 "17"),
      },
      Transport::udp);
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"name xxxxxxxx by kerberos machine account", "domain xx.xxx.xxxxx.NET by kerberos realm"}));
}

TEST(Kerberos, FramesNothingElse) {
  const auto kind = [](std::string_view hex) { return kerberos::protocol.frame(test::hex(hex), Role::client).kind; };
  EXPECT_EQ(kind("00000000"), Frame::Kind::foreign);
  EXPECT_EQ(kind("000100000006010300000001"), Frame::Kind::foreign);
  EXPECT_EQ(kind("6A03020105"), Frame::Kind::foreign);
  EXPECT_EQ(kind("000000A0FE534D42"), Frame::Kind::foreign);  // SMB
}

// suricata-verify, tests/krb5-request-frag-log/krb5-frag.pcap: Microsoft's Sicily, NTLM in bind messages.
TEST(Ldap, ReadsNtlmInBinds) {
  const auto seen = observe(
      ldap::protocol,
      {
          // frame 4
          client("3034020101602d02010304067573657230318a204e544c4d5353500001000000050288a00000000000000000000000000000"
                 "0000a000"),
          // frame 6
          server("3084000001020201016184000000f90a0100048200f04e544c4d53535000020000000600060038000000050289a275170712"
                 "e45a17150000000000000000b200b2003e000000060380250000000f64006f006d000200060064006f006d0001001a004400"
                 "32004d00490050005600430064006f006d0031003100300004001e0064006f006d002e0074006500730074002e006c006f00"
                 "2e0063006f006d0003003a00440032004d00490050005600430064006f006d003100310030002e0064006f006d002e007400"
                 "6500730074002e006c006f002e0063006f006d000500160074006500730074002e006c006f002e0063006f006d0007000800"
                 "5f6483293a0ed401000000000400"),
          // frame 8
          client("308201a40201026082019b02010304067573657230318b82018c4e544c4d5353500003000000180018006a0000000a010a01"
                 "820000001e001e00400000000c000c005e000000000000006a000000000000008c010000050288a064006f006d002e007400"
                 "6500730074002e006c006f002e0063006f006d007500730065007200300031006ba02b9fddc83d5ac44caad3b1f120113071"
                 "4d51564468694c6118298cf0a11bfb993ac801fda1a801010000000000005f6483293a0ed40130714d515644686900000000"
                 "01001a00440032004d00490050005600430064006f006d003100310030000200060064006f006d0003003a00440032004d00"
                 "490050005600430064006f006d003100310030002e0064006f006d002e0074006500730074002e006c006f002e0063006f00"
                 "6d0004001e0064006f006d002e0074006500730074002e006c006f002e0063006f006d000500160074006500730074002e00"
                 "6c006f002e0063006f006d00070008005f6483293a0ed4010900240063006900660073002f00440032004d00490050005600"
                 "430064006f006d003100310030000000000000000000a000"),
          // frame 10
          server("3084000000100201026184000000070a010004000400"),
      });
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"os Windows NT 6.3 build 9600 by ntlm challenge", "name D2MIPVCdom110 by ntlm challenge",
                   "domain dom.test.lo.com by ntlm challenge", "name D2MIPVCdom110.dom.test.lo.com by ntlm challenge",
                   "domain dom by ntlm challenge"}));
  EXPECT_EQ(identities(seen, Role::client), (Texts{"account user01 by ntlm authenticate"}));
  EXPECT_TRUE(credentials(seen).empty());
}

// arkime, ntlm_synthetic.pcap, frame 80: an answer of 24 octets in Sicily's last message; the server's is after the standard.
TEST(Ldap, TellsTheVersionOfNtlm) {
  const auto seen = observe(
      ldap::protocol,
      {client("3081ce0201036081c802010304008b81c04e544c4d5353500003000000180018005800000018001800700000000e000e008800"
              "00000a000a009600000010001000a000000010001000b0000000050200020a00614a0000000f0000000000000000000000000000"
              "00004c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4c00"
              "44004100500044004f004d006600720061006e006b004c0044004100500048004f00530054004b4b4b4b4b4b4b4b4b4b4b4b4b4b"
              "4b4b"),
       server("300c020103 61070a0100 0400 0400")});
  EXPECT_EQ(operations(seen, ldap::protocol), (Texts{"log-in by NTLMv1", "log-in by NTLMv1 accepted"}));
}

// RFC 4511 §4.2, written by hand: cn=scada,dc=plant with "s3cret", taken; then "wrong", refused (49).
TEST(Ldap, StatesSimpleBindsWithTheirOutcome) {
  const auto seen = observe(
      ldap::protocol, {client("30 20 02 01 01 60 1B 02 01 03 04 0E 636E3D73636164612C64633D706C 80 06 733363726574"),
                       server("30 0C 02 01 01 61 07 0A 01 00 04 00 04 00"),
                       client("30 1F 02 01 02 60 1A 02 01 03 04 0E 636E3D73636164612C64633D706C 80 05 77726F6E67"),
                       server("30 0C 02 01 02 61 07 0A 01 31 04 00 04 00")});
  EXPECT_EQ(credentials(seen), (Texts{"ldap cn=scada,dc=pl:s3cret attempted", "ldap cn=scada,dc=pl:s3cret accepted",
                                      "ldap cn=scada,dc=pl:wrong attempted", "ldap cn=scada,dc=pl:wrong rejected"}));
  EXPECT_EQ(operations(seen, ldap::protocol),
            (Texts{"simple bind", "simple bind accepted", "simple bind", "simple bind refused"}));
}

// suricata-verify, tests/ldap-starttls/input.pcap
TEST(Ldap, StatesStartTls) {
  const auto seen =
      observe(ldap::protocol, {
                                  // frame 4
                                  client("301d02010177188016312e332e362e312e342e312e313436362e3230303337"),
                                  // frame 6
                                  server("300c02010178070a010004000400"),
                              });
  EXPECT_EQ(operations(seen, ldap::protocol), (Texts{"StartTLS accepted"}));
}

// MS-ADTS §6.3.1.9: forest and domain plant.example, host dc1 by a pointer to it; NetBIOS PLANT, DC1.
TEST(Ldap, ReadsADomainControllersAnswerToAPing) {
  const auto seen = observe(
      ldap::protocol,
      {server("30 59 02 01 01 64 54 04 00 30 50 30 4E 04 08 4E65746C6F676F6E 31 42 04 40"
              "1700 0000 FDF30100 000102030405060708090A0B0C0D0E0F"
              "05 706C616E74 07 6578616D706C65 00 C018 03 646331 C018 05 504C414E54 00 03 444331 00 00 00 000000")},
      Transport::udp);
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"domain plant.example by cldap netlogon", "name dc1.plant.example by cldap netlogon",
                   "domain PLANT by cldap netlogon", "name DC1 by cldap netlogon"}));
}

// A name that points to itself ends (RFC 1035 §4.1.4 allows pointers backwards only).
TEST(Ldap, EndsNamesThatPointToThemselves) {
  const auto seen = observe(ldap::protocol,
                            {server("30 39 02 01 01 64 34 04 00 30 30 30 2E 04 08 4E65746C6F676F6E 31 22 04 20"
                                    "1700 0000 FDF30100 000102030405060708090A0B0C0D0E0F C018 C018 C018 C018")},
                            Transport::udp);
  EXPECT_TRUE(identities(seen, Role::server).empty());
}

TEST(Ldap, IsNotTakenForSnmp) {
  EXPECT_FALSE(ldap::protocol.probe(
      hex("302602010104067075626C6963A019020101020100020100300E300C06082B060102010101000500"), Role::client));
  EXPECT_EQ(ldap::protocol.frame(hex("308002010160"), Role::client).kind, Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
