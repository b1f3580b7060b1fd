// A thin owner of a SQLite connection: inventory, rules and reports all speak through it.
// Errors are DatabaseError with SQLite's message and the statement's text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_value;

namespace kakoi {

struct DatabaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct NoRoom : DatabaseError {  // on the device; names the file
  using DatabaseError::DatabaseError;
};

// One column of a statement's row, found once: half as dear as to ask the statement for type and value. Valid until the
// next step(), as are the views.
class Cell {
 public:
  bool is_null() const;
  bool is_integer() const;
  std::int64_t integer() const;
  double real() const;
  std::string_view view() const;  // "" for NULL
  std::span<const std::uint8_t> blob() const;

 private:
  friend class Statement;
  explicit Cell(sqlite3_value* value) noexcept : value_(value) {}
  sqlite3_value* value_;
};

// A prepared statement. bind() counts parameters from 1, columns count from 0.
//   Statement s = db.prepare("select name from asset where asset_id = ?1");
//   for (s.bind(1, id); s.step();) use(s.text(0));
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, const std::string& text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, std::int64_t number);
  Statement& bind(int index, std::uint64_t number) { return bind(index, static_cast<std::int64_t>(number)); }
  Statement& bind(int index, int number) { return bind(index, static_cast<std::int64_t>(number)); }
  Statement& bind(int index, unsigned number) { return bind(index, static_cast<std::int64_t>(number)); }
  Statement& bind(int index, bool flag) { return bind(index, static_cast<std::int64_t>(flag)); }
  Statement& bind(int index, double number);
  Statement& bind(int index, std::nullptr_t);
  template <typename T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }

  // Without a copy: the text must live until the statement has run.
  Statement& bind_static(int index, std::string_view text);

  bool step();   // true: a row is there
  void reset();  // ready to run again, with bindings cleared
  void run() {   // for statements without rows
    step();
    reset();
  }
  void run_again();  // run() that keeps the bindings: for statements whose parameters are all bound each time

  Cell operator[](int column) const;
  int columns() const;
  std::string_view column_name(int column) const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;                    // "" for NULL
  std::string_view view(int column) const;               // the same, without a copy: valid until the next step()
  std::span<const std::uint8_t> blob(int column) const;  // valid until the next step()

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_;
};

class Database {
 public:
  // Creates the file if need be; ":memory:" for none.
  static Database open(const std::filesystem::path& path);
  static Database open_read_only(const std::filesystem::path& path);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  Statement prepare(std::string_view sql);
  // How many octets of pages to keep in memory; 2,000 KiB if nobody says.
  void keep_in_memory(std::uint64_t bytes);
  void execute(std::string_view sql);  // one or more statements, rows thrown away
  // Fills a blob of that size in the row inserted last, piece by piece: a bound one would be copied whole.
  void fill_blob(const char* table, const char* column, std::span<const std::uint8_t> bytes);
  // First column of the first row; 0 if there is none.
  std::int64_t integer(std::string_view sql);
  std::string text(std::string_view sql);
  // A copy of the whole database in a new file (which must not exist), compacted.
  void save_copy(const std::filesystem::path& path);
  sqlite3* handle() noexcept { return db_; }

 private:
  explicit Database(sqlite3* db) : db_(db) {}
  sqlite3* db_;
};

// One state of the database for several statements: it is locked once instead of for each of them, which costs four
// system calls. Also inside a transaction of the caller. For reading: what is written meanwhile is committed at the end.
class Reading {
 public:
  explicit Reading(Database& db);
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading();

 private:
  Database& db_;
};

}  // namespace kakoi
