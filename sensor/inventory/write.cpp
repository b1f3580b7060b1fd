#include "sensor/inventory/write.h"

#include <algorithm>
#include <future>
#include <numeric>
#include <set>

#include "embedded/kakoi_inventory.h"
#include "sensor/inventory/text.h"
#include "sensor/inventory/writer.h"

namespace kakoi {

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

// Tables first and indices after the rows: that is several times faster than keeping them up.
std::pair<std::string, std::string> schema() {
  std::string sql(inventory_files::embedded_files().front().text);
  // in SQLite only this type makes the key the place of the row, without an index beside the table
  replace_all(sql, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY");
  replace_all(sql, "BYTEA", "BLOB");
  replace_all(sql, "/*[without rowid]*/", "WITHOUT ROWID");
  const std::size_t indices = sql.find("\nCREATE INDEX");
  return {sql.substr(0, indices), indices == std::string_view::npos ? "" : sql.substr(indices)};
}

std::optional<std::int64_t> ttl(std::uint8_t value) {
  return value == 0 ? std::nullopt : std::optional<std::int64_t>(value);
}

std::string_view domain_name(const Protocol* protocol) noexcept {
  if (!protocol) return "";
  switch (protocol->domain) {
    case Domain::ot:
      return "ot";
    case Domain::it:
      return "it";
    case Domain::shared:
      return "shared";
  }
  return "";
}

// Frames of captures without link headers (Linux cooked) may name one end alone: they are no link.
bool has_ends(const LinkKey& key) noexcept { return !key.client.is_none() && !key.server.is_none(); }

std::string_view kind_name(const Address& address) noexcept {
  return address.is_mac() ? "mac" : address.is_ipv4() ? "ipv4" : "ipv6";
}

}  // namespace

std::optional<std::int64_t> Writer::link(const LinkKey& key) {
  const std::int64_t id = link_id_of(key);
  if (std::binary_search(link_ids.begin(), link_ids.end(), id)) return id;
  unplaced += has_ends(key);
  return std::nullopt;
}

void Writer::write_captures() {
  std::vector<const CaptureInfo*> captures;
  for (const CaptureInfo& c : observed.captures) captures.push_back(&c);
  const auto name = [](const CaptureInfo& c) { return std::filesystem::path(c.source).filename().string(); };
  std::sort(captures.begin(), captures.end(), [&](const CaptureInfo* a, const CaptureInfo* b) {
    return std::tuple(a->first_ts, a->sha256, name(*a), a->source) <
           std::tuple(b->first_ts, b->sha256, name(*b), b->source);
  });
  Insert row(db, "capture");
  std::map<std::string, const CaptureInfo*> seen;
  for (const CaptureInfo* c : captures) {
    const std::string id = capture_id(*c);
    const auto [at, is_new] = seen.emplace(id, c);
    if (!is_new && at->second->sha256 != c->sha256) throw DatabaseError("two captures of one id: " + id);
    if (!is_new) continue;  // the same file twice
    std::string link_types;
    for (const std::uint32_t type : c->link_types) link_types += (link_types.empty() ? "" : ",") + std::to_string(type);
    const auto time = [&](std::int64_t ts) { return c->packets == 0 ? std::nullopt : std::optional(ts); };
    const auto drops = [&](std::uint64_t n) { return c->drops_known ? std::optional(n) : std::nullopt; };
    row(id, to_utf8(name(*c)), c->sha256, c->format, link_types, c->snaplen, time(c->first_ts), time(c->last_ts),
        c->packets, c->bytes, c->truncated, c->malformed, c->undecoded, drops(c->kernel_drops),
        drops(c->interface_drops), c->duplicates, c->file_bytes, to_utf8(c->comment, 1024), to_utf8(c->filter, 1024),
        c->paused(), to_utf8(c->error, 1024));
  }
}

void Writer::write_assets() {
  Insert asset_row(db, "asset"), address_row(db, "address"), attribute_row(db, "attribute");
  for (std::size_t i = 0; i < resolution.assets().size(); ++i) {
    const Asset& a = resolution.assets()[i];
    const Profile& p = description.profiles[i];
    asset_row(a.id, p.name, to_string(a.scope), p.role, p.role_reason, p.purdue_level, nullptr, p.vendor, p.product,
              p.firmware, p.serial, p.os, a.is_router, p.is_ot, p.is_it, a.seen.first.ts, a.seen.last.ts,
              packet(a.seen.first));
    for (const AssetAddress& x : a.addresses)
      address_row(a.id, kind_name(x.address), to_string(x.address), vlan_or_null(x.vlan), x.bound_by,
                  x.address.is_global(), x.is_squatted, x.seen.first.ts, x.seen.last.ts, packet(x.seen.first));
  }
  for (const Attribute& a : description.attributes)
    attribute_row(asset(a.asset), a.name, a.value, a.method, a.protocol, a.confidence, a.seen.count,
                  packet(a.seen.first));
}

void Writer::write_links() {
  const std::vector<LinkRow>& links = observed.links;
  // Rows go in by link id, operations too: each B-tree grows at its end, and readers find rows side by side.
  std::vector<std::int64_t> id_of(links.size(), -1);
  std::vector<std::pair<std::int64_t, std::uint32_t>> order;
  for (std::uint32_t i = 0; i < links.size(); ++i) {
    if (resolution.ends()[i].client == Resolution::kNone || resolution.ends()[i].server == Resolution::kNone) {
      unplaced += has_ends(links[i].key);
      continue;
    }
    id_of[i] = link_id_of(links[i].key);
    order.emplace_back(id_of[i], i);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [id, i] : order) {
    if (!link_ids.empty() && link_ids.back() == id) throw DatabaseError("two links of one id");
    link_ids.push_back(id);
  }

  Insert row(db, "link");
  for (const auto& [id, i] : order) {
    const LinkRow& l = links[i];
    const LinkKey& k = l.key;
    row(id, asset(resolution.ends()[i].client), asset(resolution.ends()[i].server), to_string(k.client),
        to_string(k.server), to_string(k.transport), k.server_port, l.protocol ? l.protocol->name : std::string_view(),
        domain_name(l.protocol), vlan_or_null(k.vlan), to_string(l.state), l.client_known, l.connections, l.packets[0],
        l.bytes[0], l.packets[1], l.bytes[1], l.payload[0], l.payload[1], ttl(l.ttl[0].min), ttl(l.ttl[0].max),
        ttl(l.ttl[1].min), ttl(l.ttl[1].max), l.retransmissions, l.gaps, l.seen.first.ts, l.seen.last.ts,
        packet(l.seen.first), packet(l.seen.last));
  }

  std::vector<const OperationRow*> operations;
  for (const OperationRow& o : observed.operations) {
    if (o.link < links.size() && id_of[o.link] >= 0)
      operations.push_back(&o);
    else
      ++unplaced;
  }
  std::sort(operations.begin(), operations.end(), [&](const OperationRow* a, const OperationRow* b) {
    const auto key = [&](const OperationRow& o) {
      return std::tuple(id_of[o.link], o.protocol ? o.protocol->name : std::string_view(), o.key.unit, o.key.peer_unit,
                        o.key.function_code, o.key.qualifier, o.key.cls, o.key.actor);
    };
    return key(*a) < key(*b);
  });
  Insert operation_row(db, "operation");
  for (const OperationRow* o : operations) {
    const Protocol* const p = o->protocol;
    const FunctionName qualified = p && p->qualified_name ? p->qualified_name(o->key) : FunctionName();
    const std::string_view function = p && p->qualified_name  ? qualified.view()
                                      : p && p->function_name ? p->function_name(o->key.function_code)
                                                              : std::string_view();
    operation_row(id_of[o->link], p ? p->name : std::string_view(), known(o->key.unit), known(o->key.peer_unit),
                  o->key.function_code, known(o->key.qualifier), function, to_string(o->key.cls),
                  o->key.actor == Role::server, o->from_client, o->from_server, o->accepted, o->refused, o->unanswered,
                  o->seen.first.ts, o->seen.last.ts, packet(o->seen.first), packet(o->seen.last));
  }
}

namespace {

void write_tables(const Observed& observed, const InventoryOptions& options, Database& db) {
  const Resolution resolution = Resolution::of(observed);
  const Description description = describe(observed, resolution, options.ieee_data);
  Writer writer{observed, resolution, description, db, Citations(observed.captures)};
  writer.write_captures();
  writer.write_assets();
  writer.write_links();
  writer.write_control();
  writer.write_link_facts();
  writer.write_network();
  writer.write_services();
  writer.write_subnets();
  writer.write_coverage();
  writer.packet.write(db);
}

void write_part(const Part& part, Database& db) {
  std::string captures;
  for (const std::string& id : part.captures) captures += (captures.empty() ? "" : ",") + id;
  db.prepare("insert into part values (?1, ?2, ?3, zeroblob(?4))")
      .bind(1, part.id)
      .bind(2, captures)
      .bind(3, part.last_ts)
      .bind(4, part.state.size())
      .run();
  db.fill_blob("part", "state", part.state);
}

}  // namespace

void write_inventory(const Observed& observed, const InventoryOptions& options, Database& db,
                     const std::vector<Part>& parts) {
  const auto [tables, indices] = schema();
  std::future<Part> own;
  if (parts.empty())
    own = std::async(options.threads > 1 ? std::launch::async : std::launch::deferred, make_part, std::cref(observed));
  db.execute("begin immediate");
  try {
    db.execute(tables);
    Insert meta(db, "meta");
    meta("kakoi_version", options.kakoi_version);
    meta("schema_version", std::to_string(kSchemaVersion));
    meta("site", to_utf8(options.site));
    write_tables(observed, options, db);
    if (own.valid()) write_part(own.get(), db);
    for (const Part& part : parts) write_part(part, db);
    db.execute(indices);
    db.execute("commit");
  } catch (...) {
    try {
      db.execute("rollback");
    } catch (const DatabaseError&) {
      // SQLite has rolled back already; the first error is the one to tell
    }
    throw;
  }
}

namespace {

// What a column means for rows that were written before it was there.
std::string default_of(std::string_view column, std::string_view type) {
  if (column == "client_known") return "1";  // nothing else was told
  return type == "TEXT" ? "''" : "0";
}

// Tables that tell first and last time, and did not from the beginning: the later of the packets that they cite.
struct Dated {
  std::string_view table, last_packet;
};
constexpr Dated kDated[] = {{"name_lookup", "answer_packet_id"},
                            {"credential", "outcome_packet_id"},
                            {"tls_session", "packet_id"},
                            {"open_access", "packet_id"},
                            {"gateway", "packet_id"}};

void add_missing_columns(Database& db, Database& now, const std::string& table) {
  constexpr std::string_view kColumns = "select name, type, \"notnull\" from pragma_table_info(?1)";
  std::set<std::string> present;
  Statement then = db.prepare(kColumns);
  for (then.bind(1, table); then.step();) present.insert(then.text(0));
  Statement wanted = now.prepare(kColumns);
  for (wanted.bind(1, table); wanted.step();) {
    const std::string column = wanted.text(0), type = wanted.text(1);
    if (present.contains(column)) continue;
    std::string sql = "alter table " + table + " add column \"" + column + "\" " + type;
    if (wanted.integer(2) != 0) sql += " not null default " + default_of(column, type);
    db.execute(sql);
  }
  // Rows that do not tell when: their packets do, as far as they are cited.
  const auto* dated =
      std::find_if(std::begin(kDated), std::end(kDated), [&](const Dated& d) { return d.table == table; });
  if (dated != std::end(kDated) && !present.contains("last_ts")) {
    const std::string last_packet(dated->last_packet);
    db.execute("update " + table + " set first_ts = coalesce((select ts from packet p where p.packet_id = " + table +
               ".packet_id), 0), last_ts = coalesce((select max(ts) from packet p where p.packet_id in (" + table +
               ".packet_id, " + table + "." + last_packet + ")), 0)");
  }
}

}  // namespace

void complete_schema(Database& db) {
  Database now = Database::open(":memory:");
  now.execute(schema().first);
  const auto has = [&](const std::string& name) {
    Statement s = db.prepare("select 1 from sqlite_master where name = ?1");
    return s.bind(1, name).step();
  };
  // tables first: views name their columns
  Statement wanted =
      now.prepare("select name, type, sql from sqlite_master where sql is not null order by type, rowid");
  while (wanted.step()) {
    const std::string name = wanted.text(0);
    const bool is_table = wanted.view(1) == "table";
    if (is_table && has(name)) {
      add_missing_columns(db, now, name);
      continue;
    }
    if (!is_table && has(name)) db.execute("drop view " + name);  // as the schema has it now
    db.execute(wanted.view(2));
  }
}

}  // namespace kakoi
