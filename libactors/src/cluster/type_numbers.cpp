// SPDX-License-Identifier: BSD-3-Clause
#include "type_numbers.hpp"

#include <map>
#include <mutex>
#include <string>

#include <actors/detail/message_type.hpp>

namespace actors::cluster {

namespace {

std::shared_ptr<const type_numbers> number_all(std::uint32_t count) {
  std::map<std::string, std::vector<std::uint32_t>> by_name;
  for (std::uint32_t i = 0; i < count; ++i)
    if (const detail::message_type& type = detail::message_type_at(i); type.save != nullptr)
      by_name[std::string{type.name}].push_back(i);
  auto numbers = std::make_shared<type_numbers>();
  numbers->by_index.assign(count, protocol::no_number);
  std::vector<protocol::type_table::entry> entries;
  for (const auto& [name, indices] : by_name) {
    if (indices.size() != 1 || entries.size() == protocol::most_types) continue;
    numbers->by_index[indices[0]] = static_cast<std::uint16_t>(entries.size());
    entries.push_back({{name, detail::message_type_at(indices[0]).digest()}, indices[0]});
  }
  numbers->table = std::make_shared<const protocol::type_table>(std::move(entries));
  return numbers;
}

} // namespace

std::shared_ptr<const type_numbers> number_types() {
  static std::mutex mutex; // guards the next: once a node
  static std::shared_ptr<const type_numbers> last;
  std::lock_guard guard{mutex};
  const std::uint32_t count = detail::message_type_count();
  if (last == nullptr || last->by_index.size() != count) last = number_all(count);
  return last;
}

} // namespace actors::cluster
