// What a device is for, as site policies and registers write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kakoi {

// "IP Address" and "ip_address" are one, and so are "IPアドレス", "ＩＰアドレス" and "IPｱﾄﾞﾚｽ".
std::string folded_word(std::string_view text);

// The role of table `asset` that a word means, in English or Japanese: "Router", "ルーター" and "L3スイッチ" are
// "router". Nothing if it is no role.
std::optional<std::string_view> find_role(std::string_view word);
// "plc, rtu, …", for messages.
std::string role_list();

}  // namespace kakoi
