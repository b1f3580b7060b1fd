#include "sensor/inventory/coverage.h"

#include <algorithm>
#include <array>
#include <limits>

namespace kakoi {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

struct Measure {
  std::string_view metric;
  // Beyond these values. Of a measure whose low values are the bad ones: below them.
  double limited = kNever, blind = kNever;
  bool low_is_bad = false;
  CoverageWords limited_means, blind_means, advice;  // blind_means: where it differs
  CoverageWords unknown_means = {};
};

constexpr std::array kMeasures{
    Measure{"clock_steps",
            0,
            kNever,
            false,
            {"The clock of the capture was set back, or jumped by more than an hour: times and the order of events are "
             "not reliable.",
             "キャプチャ中に時計が戻ったか、1時間を超えて進みました。時刻と前後関係は信頼できません。"},
            {},
            {"Synchronise the capturing computer's clock before capturing, and do not merge files out of order.",
             "キャプチャ用PCの時刻を事前に同期し、複数のファイルを時系列どおりに結合してください。"}},
    Measure{"damaged_captures",
            0,
            kNever,
            false,
            {"A capture file is damaged or ends early: what is missing from it was not seen.",
             "キャプチャファイルに破損又は途中での欠落があり、その部分は見えていません。"},
            {},
            {"Copy the file again from where it was captured, and end captures properly before copying.",
             "元の場所からファイルをコピーし直し、キャプチャを正しく終了してからコピーしてください。"}},
    Measure{
        kDeclaredVlansUnseen,
        0,
        0.999,
        false,
        {"The site policy declares VLANs of which no tagged frame was seen: the mirror leaves them out, or removes "
         "the tags.",
         "ポリシーで申告されたVLANのうち、タグ付きフレームが観測されていないものがあります。ミラーの対象外か、タグが"
         "外れています。"},
        {},
        {"Add these VLANs to the mirror's source, and let the mirror port send frames with their tags.",
         "該当VLANをミラー元に加え、ミラーポートをタグ付きで出力する設定にしてください。"}},
    Measure{
        "duplicate_share",
        0.02,
        kNever,
        false,
        {"Packets were delivered more than once (50 %: every packet twice). They are counted once, but fill the "
         "mirror port's line for nothing.",
         "同じパケットが重複して届いています（50%なら全パケットが2回）。集計では1回と数えますが、ミラーポートの帯域を"
         "無駄に使っています。"},
        {},
        {"Mirror each path in one place: receive and transmit of the uplink, or receive of all ports, not both.",
         "同じ経路を二重にミラーしないでください。上位ポートの送受信、又は全ポートの受信のどちらか一方にします。"}},
    Measure{"filtered_captures",
            0,
            kNever,
            false,
            {"A capture was made with a filter: what that left out was not seen.",
             "フィルタを指定して取得されたキャプチャがあり、フィルタで除かれた通信は見えていません。"},
            {},
            {"Capture without a filter, and leave out what is not wanted later.",
             "フィルタを指定せずに取得し、不要な通信の除外は取得後に行ってください。"}},
    Measure{"overlap_share",
            0.02,
            kNever,
            false,
            {"The same packets are in several captures, at slightly different times: they count once for each.",
             "同じパケットが、わずかに異なる時刻で複数のキャプチャに含まれており、それぞれで数えられています。"},
            {},
            {"Scan only one of the recorders that saw the same traffic, or scan them apart.",
             "同じ通信を記録した装置のうち一つだけを対象とするか、別々に処理してください。"}},
    Measure{"facts_dropped",
            0,
            kNever,
            false,
            {"Tables were full: rows are missing from the inventory.",
             "表の上限に達したため、一部の行が記録されていません。"},
            {},
            {"Scan the captures in parts and merge the inventories.",
             "キャプチャを分けて kakoi scan で処理し、kakoi merge で統合してください。"}},
    Measure{
        "flows_evicted",
        0,
        kNever,
        false,
        {"More conversations went on at once than fit in memory: those idle for longest were ended early, and "
         "what they go on with counts as new.",
         "同時に続く通信がメモリの上限を超えたため、最も長く途絶えていたものから打ち切りました。その続きは新しい通信"
         "として数えています。"},
        {},
        {"Allow more memory (--max-memory), or scan the captures in parts and merge the inventories.",
         "--max-memory でメモリの上限を上げるか、キャプチャを分けて処理し、結果を統合してください。"}},
    Measure{"fragment_overlaps",
            0,
            kNever,
            false,
            {"IP fragments overlapped with different content: receivers may have read something else than kakoi.",
             "内容の異なるIPフラグメントの重なりがあり、受信側がkakoiと異なる内容として読んだ可能性があります。"},
            {},
            {"Find out who sends them: RFC 5722 forbids such fragments, and they are used to hide content.",
             "送信元を確認してください。RFC 5722で禁止されており、内容の隠蔽に使われることがあります。"}},
    Measure{"fragments_given_up",
            0,
            kNever,
            false,
            {"IP datagrams came in pieces of which some are missing: their content was not read.",
             "分割されたIPデータグラムの一部が届いておらず、その中身は読めていません。"},
            {},
            {"Check the mirror port for losses; fragments are lost together with other packets.",
             "ミラーポートでの取りこぼしを確認してください。"}},
    Measure{"kernel_drops",
            0,
            kNever,
            false,
            {"The capturing computer dropped packets: it was too slow for what the mirror delivered.",
             "キャプチャ用PCがパケットを取りこぼしています。届いた量に処理が追いついていません。"},
            {},
            {"Use a larger capture buffer, a faster disk, or capture fewer ports at a time.",
             "キャプチャのバッファを増やす、書込みの速いディスクを使う、又は対象ポートを分けて取得してください。"},
            {"The captures do not tell how many packets were dropped; it cannot be said that none were.",
             "取りこぼしの数を記録していないキャプチャがあり、取りこぼしがなかったとは言えません。"}},
    Measure{"malformed_share",
            0.01,
            kNever,
            false,
            {"Many frames have broken or contradicting headers and could not be read.",
             "ヘッダが壊れているか矛盾しているフレームが多く、読めていません。"},
            {},
            {"Look at these frames; a faulty line, or a mirror that alters frames, is the usual cause.",
             "該当フレームを確認してください。回線の不良か、ミラーがフレームを書き換えていることが主な原因です。"}},
    Measure{
        "no_packets",
        0,
        0,
        false,
        {"The captures hold no packet: nothing was seen, and nothing can be said of the network.",
         "キャプチャにパケットが1つもありません。何も観測されておらず、ネットワークについて何も言えません。"},
        {},
        {"Check that the capture was taken on the right interface, without a filter that leaves all out, and copied "
         "whole.",
         "取得したインタフェース、フィルタ、コピーの状態を確認し、取り直してください。"}},
    Measure{"one_way_share",
            0.05,
            0.5,
            false,
            {"Some TCP conversations were seen in one direction only: answers, or requests, are missing.",
             "片方向しか見えていないTCP通信があり、要求又は応答のどちらかが欠けています。"},
            {"One direction only: of most TCP conversations the capture holds one side, so that neither success nor "
             "content of exchanges can be judged.",
             "片方向のみ: 大半のTCP通信で片側しか取得できておらず、通信の成否も内容も判断できません。"},
            {"Mirror both directions (receive and transmit) of each source port, and both lines of a redundant path.",
             "ミラー元ポートの送信・受信の両方向を対象にし、経路が二重化されている場合は両方をミラーしてください。"}},
    Measure{
        "missing_tags",
        0,
        kNever,
        false,
        {"VLAN tags are probably missing: no frame has one, yet several segments are seen, or named by switches. "
         "Separate VLANs look like one.",
         "VLANタグが外れている可能性が高い状態です。タグ付きフレームがないのに、複数のセグメントが見えているか、スイッ"
         "チが複数の"
         "VLANを通知しており、別々のVLANが"
         "一つに見えています。"},
        {},
        {"Let the mirror port send frames with their tags (encapsulation replicate, tagged), and check that the "
         "capturing network card does not remove them.",
         "ミラーポートをタグ付きで出力する設定（encapsulation replicate 等）にし、キャプチャ用NICがタグを除去していない"
         "ことを確認してください。"}},
    Measure{
        "reassembly_given_up",
        0,
        kNever,
        false,
        {"More messages waited for missing packets than fit in memory: of the conversations idle for longest, what was "
         "unfinished was given up.",
         "欠落したパケットを待つ未完のメッセージがメモリの上限を超えたため、最も長く途絶えていた通信から順に、組立て途"
         "中の"
         "内容を破棄しました。"},
        {},
        {"Allow more memory (--max-memory), and look at the mirror port for losses: few packets wait where none are "
         "missing.",
         "--max-memory でメモリの上限を上げてください。また、ミラーポートでの取りこぼしも確認してください。"}},
    Measure{"truncated_share",
            0.01,
            0.5,
            false,
            {"Packets were cut while capturing: the rest of their content was not read.",
             "パケットが途中で切り詰めて保存されており、残りの中身は読めていません。"},
            {"Most packets were cut while capturing: hosts and ports are known, content is not.",
             "大半のパケットが途中で切り詰めて保存されています。相手とポートは分かりますが、中身は読めません。"},
            {"Capture whole packets: a snap length of 262144 (tcpdump -s 0).",
             "パケット全体を保存してください（スナップ長262144、tcpdumpでは -s 0）。"}},
    Measure{
        "undecoded_share",
        0.01,
        0.5,
        false,
        {"Some frames are of kinds that kakoi does not read.", "対応していない形式のため読めないフレームがあります。"},
        {"Most frames are of kinds that kakoi does not read.",
         "大半のフレームが対応していない形式で、読めていません。"},
        {"Capture on Ethernet, and see which kinds of frames they are.",
         "Ethernet上で取得し、どの形式のフレームか確認してください。"}},
    Measure{
        "unicast_share",
        0.5,
        0.02,
        true,
        {"Little unicast traffic was seen: the port shows mostly what goes to everybody. The mirror probably covers "
         "few ports.",
         "ユニキャストが少なく、全体に配られる通信が大半です。ミラーの対象が一部のポートに限られている可能性があります"
         "。"},
        {"Broadcast only: this is hardly a mirror port. Only what goes to everybody was seen; what hosts say to each "
         "other, "
         "connections and operations, is missing unless it goes to everybody, too.",
         "ブロードキャストのみ: "
         "ミラーポートになっていない可能性が高い状態です。全体に配られる通信しか見えておらず、機器同士の"
         "個々の通信・接続・操作は、全体に配られるものを除いて観測できていません。"},
        {"Make the port a mirror (SPAN) destination, with the ports or VLANs of the plant as its source.",
         "接続先をミラー（SPAN）の出力ポートに設定し、対象設備のポート又はVLANをミラー元に指定してください。"}},
    Measure{"unseen_share",
            0.001,
            0.2,
            false,
            {"Packets were lost on the way to the capture: TCP data that the receiver acknowledged is not in it.",
             "キャプチャに届く途中でパケットが失われています。受信側が確認応答したTCPデータが含まれていません。"},
            {"Packets lost: a large part of the TCP data that receivers acknowledged is not in the capture.",
             "パケット欠落: 受信側が確認応答したTCPデータの多くが含まれていません。"},
            {"Relieve the mirror port: fewer source ports, a faster destination port, and no double mirroring.",
             "ミラーポートの負荷を下げてください（ミラー元を減らす、高速なポートに変更する、二重のミラーをやめる）。"}},
    Measure{
        "vlan_copy_share",
        0.02,
        kNever,
        false,
        {"The same packets were delivered in two VLANs, or with and without a tag: they are mirrored twice. They are "
         "counted once, in the VLAN where the conversation was seen first.",
         "同じパケットが二つのVLAN、又はタグの有無だけが異なる形で届いており、二重にミラーされています。集計では、通信"
         "が"
         "最初に見えたVLANで1回と数えます。"},
        {},
        {"Mirror ports or VLANs, not both.", "ポートとVLANの両方をミラー元にせず、どちらか一方にしてください。"}},
    Measure{
        "wrong_checksum_share",
        0,
        kNever,
        false,
        {"Packets have wrong checksums: they were damaged on the way to the capture, or made so on purpose. Receivers "
         "drop them; what is wrong beyond doubt was not read.",
         "チェックサムの誤ったパケットがあります。キャプチャまでの経路で壊れたか、意図的に作られたものです。受信側は破"
         "棄"
         "するため、誤りが確実なものの中身は読んでいません。"},
        {},
        {"Look at the error counters (CRC) of the mirror port and its cable. If they are clean, find out who sends "
         "these "
         "packets: wrong checksums serve to mislead monitoring.",
         "ミラーポートとケーブルのエラーカウンタ（CRC）を確認してください。異常がなければ送信元を調べてください。監視を"
         "欺く手口に使われることがあります。"}},
};

}  // namespace

std::string_view to_string(CoverageLevel level) noexcept {
  switch (level) {
    case CoverageLevel::info:
      return "info";
    case CoverageLevel::ok:
      return "ok";
    case CoverageLevel::unknown:
      return "unknown";
    case CoverageLevel::limited:
      return "limited";
    case CoverageLevel::blind:
      return "blind";
  }
  return "";
}

CoverageJudgement judge_coverage(std::string_view metric, std::optional<double> value) noexcept {
  const auto m = std::find_if(kMeasures.begin(), kMeasures.end(), [&](const Measure& x) { return x.metric == metric; });
  if (m == kMeasures.end()) return {};
  if (!value) return {CoverageLevel::unknown, m->unknown_means, {}};
  const auto beyond = [&](double limit) {
    if (limit == kNever) return false;
    return m->low_is_bad ? *value < limit : *value > limit;
  };
  if (beyond(m->blind))
    return {CoverageLevel::blind, m->blind_means.en.empty() ? m->limited_means : m->blind_means, m->advice};
  if (beyond(m->limited)) return {CoverageLevel::limited, m->limited_means, m->advice};
  return {CoverageLevel::ok, {}, {}};
}

}  // namespace kakoi
