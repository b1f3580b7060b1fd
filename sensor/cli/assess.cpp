#include <utility>

#include "sensor/cli/inventory_file.h"
#include "sensor/cli/judge.h"
#include "sensor/cli/overwriting.h"
#include "sensor/inventory/write.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{"kakoi assess inventory.db [options]",
                     "Applies a policy and the rules to an inventory that was made before; no capture is needed.\n"
                     "The result goes into OUT; the inventory given is not changed.\n",
                     "作成済みのインベントリに、ポリシーとルールを適用し直します。キャプチャは不要です。結果はOUTに書き"
                     "込み、元のインベントリは変更しません。\n",
                     "  kakoi assess report/inventory.db --policy site.yaml -o judged\n"};
}  // namespace

int assess_inventory(const Arguments& arguments) {
  po::options_description options("Options");
  add_judgement_options(options);
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const std::vector<std::string> named = inputs(*values);
  if (named.size() != 1) throw UsageError("assess: name one inventory.db");
  confine_to(reach_of(*values));
  const Judgement judgement = load_judgement(*values, "assess");
  std::optional<Draft> draft;
  try {
    Database given = open_inventory(named[0]);
    keep_from_out(judgement.out, {inventory_at(named[0])});
    draft.emplace(judgement.out);
    given.save_copy(draft->path);
  } catch (const NoRoom&) {
    throw;  // which names the copy
  } catch (const DatabaseError& error) {
    throw InputError(problem_of(inventory_at(named[0]), error.what()));
  }
  Database db = draft->open();
  complete_schema(db);
  return judge(std::move(db), draft->path, judgement);
}

}  // namespace kakoi::cli
