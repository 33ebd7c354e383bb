// SPDX-License-Identifier: BSD-3-Clause
//
// Runs a fuzz target without libFuzzer: standalone <runs> <corpus folder>. Every file of the corpus
// as it is, then <runs> inputs made of them by flips, cuts, repeats and splices. The seed is fixed:
// a failure shows again.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz_input.hpp"

namespace {

using bytes = std::vector<std::uint8_t>;

std::vector<bytes> read_corpus(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<bytes> all{{}};
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  return all;
}

bytes mutated(const std::vector<bytes>& corpus, std::mt19937_64& random) {
  bytes x = corpus[random() % corpus.size()];
  for (auto n = 1 + random() % 8; n > 0; --n) {
    const std::size_t at = x.empty() ? 0 : random() % x.size();
    const auto place = x.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 5) {
    case 0:
      if (!x.empty())
        x[at] ^= static_cast<std::uint8_t>(1 << random() % 8);
      break;
    case 1:
      x.insert(place, static_cast<std::uint8_t>(random()));
      break;
    case 2:
      x.erase(place,
              x.begin() + static_cast<std::ptrdiff_t>(std::min(x.size(), at + random() % 9)));
      break;
    case 3:
      if (!x.empty())
        x[at] = static_cast<std::uint8_t>(random() % 4 == 0 ? 0xff : random());
      break;
    default: {
      const bytes& other = corpus[random() % corpus.size()];
      const std::size_t from = other.empty() ? 0 : random() % other.size();
      x.insert(place, other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
    }
    }
  }
  x.resize(std::min<std::size_t>(x.size(), 20'000));
  return x;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " <runs> <corpus folder>\n";
    return 2;
  }
  const auto corpus = read_corpus(argv[2]);
  for (const bytes& x : corpus)
    LLVMFuzzerTestOneInput(x.data(), x.size());
  std::mt19937_64 random(1);
  const auto runs = std::stoull(argv[1]);
  for (std::uint64_t i = 0; i < runs; ++i) {
    const bytes x = mutated(corpus, random);
    LLVMFuzzerTestOneInput(x.data(), x.size());
  }
  std::cout << corpus.size() << " inputs of the corpus, " << runs << " made of them\n";
}
