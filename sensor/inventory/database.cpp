#include "sensor/inventory/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace kakoi {

namespace {
// Where the device is at fault and not the statement, the file is what somebody can do something about.
[[noreturn]] void fail_for_want_of_room(const std::string& file) {
  throw NoRoom(file + ": no room left on the device; make some, or name another folder");
}
[[noreturn]] void fail(sqlite3* db, std::string_view what) {
  if (!db) throw DatabaseError("out of memory in: " + std::string(what));
  const char* const name = sqlite3_db_filename(db, "main");
  const std::string file = name && *name ? name : "the database in memory";
  switch (sqlite3_errcode(db) & 0xFF) {
    case SQLITE_FULL:
      fail_for_want_of_room(file);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw DatabaseError(file + ": damaged, or cut short; copy it again, or scan the captures again (" +
                          sqlite3_errmsg(db) + ")");
    case SQLITE_IOERR:
      throw DatabaseError(file + ": " + sqlite3_errmsg(db));
    default:
      throw DatabaseError(std::string(sqlite3_errmsg(db)) + " in: " + std::string(what));
  }
}
void check(sqlite3_stmt* statement, int code) {
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement), sqlite3_sql(statement));
}
sqlite3* open_handle(const std::filesystem::path& path, int flags) {
  // counting what SQLite allocates takes a mutex each time; refused, without harm, where SQLite is already at work
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* db = nullptr;
  // one thread at a time speaks through a connection: its mutex would cost a tenth of a bulk insert
  if (sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const std::string message = db ? sqlite3_errmsg(db) : "out of memory";
    sqlite3_close(db);
    throw DatabaseError(path.string() + ": " + message);
  }
  return db;
}
}  // namespace

Statement::Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}
Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::string_view text) {
  // an empty view may have a null pointer, which SQLite would take for NULL
  check(statement_, sqlite3_bind_text64(statement_, index, text.empty() ? "" : text.data(), text.size(),
                                        SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}
Statement& Statement::bind_static(int index, std::string_view text) {
  check(statement_, sqlite3_bind_text64(statement_, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                                        SQLITE_UTF8));
  return *this;
}
Statement& Statement::bind(int index, std::int64_t number) {
  check(statement_, sqlite3_bind_int64(statement_, index, number));
  return *this;
}
Statement& Statement::bind(int index, double number) {
  check(statement_, sqlite3_bind_double(statement_, index, number));
  return *this;
}
Statement& Statement::bind(int index, std::nullptr_t) {
  check(statement_, sqlite3_bind_null(statement_, index));
  return *this;
}
bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
  return false;
}
void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}
void Statement::run_again() {
  step();
  sqlite3_reset(statement_);
}
bool Cell::is_null() const { return sqlite3_value_type(value_) == SQLITE_NULL; }
bool Cell::is_integer() const { return sqlite3_value_type(value_) == SQLITE_INTEGER; }
std::int64_t Cell::integer() const { return sqlite3_value_int64(value_); }
double Cell::real() const { return sqlite3_value_double(value_); }
std::string_view Cell::view() const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value_));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value_))};
}
std::span<const std::uint8_t> Cell::blob() const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_value_blob(value_));
  return {data, static_cast<std::size_t>(sqlite3_value_bytes(value_))};
}

// The value is "unprotected" (a connection without a mutex): safe on the one thread that speaks through it.
Cell Statement::operator[](int column) const { return Cell(sqlite3_column_value(statement_, column)); }
int Statement::columns() const { return sqlite3_column_count(statement_); }
std::string_view Statement::column_name(int column) const { return sqlite3_column_name(statement_, column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }
std::string Statement::text(int column) const { return std::string(view(column)); }
std::string_view Statement::view(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Database Database::open(const std::filesystem::path& path) {
  return Database(open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
}
Database Database::open_read_only(const std::filesystem::path& path) {
  return Database(open_handle(path, SQLITE_OPEN_READONLY));
}
Database::Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Database& Database::operator=(Database&& other) noexcept {
  std::swap(db_, other.db_);
  return *this;
}
Database::~Database() { sqlite3_close(db_); }

Statement Database::prepare(std::string_view sql) {
  const auto prepared = [&](std::string_view text, const char** rest) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, text.data(), static_cast<int>(text.size()), &statement, rest) != SQLITE_OK)
      fail(db_, sql);
    return Statement(statement);
  };
  const char* rest = nullptr;
  Statement statement = prepared(sql, &rest);
  if (!statement.statement_) throw DatabaseError("no statement in: " + std::string(sql));
  // behind it may stand remarks
  const std::string_view behind = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (!behind.empty() && prepared(behind, nullptr).statement_)
    throw DatabaseError("more than one statement in: " + std::string(sql));
  return statement;
}
void Database::keep_in_memory(std::uint64_t bytes) {
  execute("pragma cache_size = -" + std::to_string(bytes >> 10));  // KiB
}

void Database::execute(std::string_view sql) {
  if (sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(db_, sql);
}
void Database::fill_blob(const char* table, const char* column, std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kPiece = 1 << 20;
  sqlite3_blob* blob = nullptr;
  int code = sqlite3_blob_open(db_, "main", table, column, sqlite3_last_insert_rowid(db_), 1, &blob);
  for (std::size_t at = 0; code == SQLITE_OK && at < bytes.size(); at += kPiece) {
    const std::span piece = bytes.subspan(at, std::min(kPiece, bytes.size() - at));
    code = sqlite3_blob_write(blob, piece.data(), static_cast<int>(piece.size()), static_cast<int>(at));
  }
  const int closed = sqlite3_blob_close(blob);
  if (code != SQLITE_OK || closed != SQLITE_OK) fail(db_, std::string("blob ") + table + "." + column);
}
std::int64_t Database::integer(std::string_view sql) {
  Statement s = prepare(sql);
  return s.step() ? s.integer(0) : 0;
}
std::string Database::text(std::string_view sql) {
  Statement s = prepare(sql);
  return s.step() ? s.text(0) : std::string();
}
void Database::save_copy(const std::filesystem::path& path) {
  try {
    prepare("vacuum into ?1").bind(1, path.string()).run();
  } catch (const DatabaseError&) {
    if ((sqlite3_errcode(db_) & 0xFF) == SQLITE_FULL) fail_for_want_of_room(path.string());  // this one is not full
    throw;
  }
}

Reading::Reading(Database& db) : db_(db) { db_.execute("savepoint reading"); }
Reading::~Reading() {
  try {
    db_.execute("release reading");
  } catch (const DatabaseError&) {
    // nothing was written that could be lost
  }
}

}  // namespace kakoi
