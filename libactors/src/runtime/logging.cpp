// SPDX-License-Identifier: BSD-3-Clause
#include "logging.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace actors::runtime {

namespace {

spdlog::level::level_enum level_of(log_level level) {
  switch (level) {
    case log_level::debug: return spdlog::level::debug;
    case log_level::info: return spdlog::level::info;
    case log_level::warning: return spdlog::level::warn;
    case log_level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

} // namespace

std::shared_ptr<spdlog::logger> make_logger(const node_options& options) {
  spdlog::sink_ptr sink;
  try {
    if (options.log_file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.log_file);
  } catch (const spdlog::spdlog_ex& e) {
    throw usage_error{"--log-file " + options.log_file + ": cannot be opened; expected a file that can be written"};
  }
  auto logger = std::make_shared<spdlog::logger>(options.name, std::move(sink));
  logger->set_level(level_of(options.level));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %n %l %v");
  logger->flush_on(spdlog::level::warn);
  return logger;
}

void write_log(spdlog::logger& to, log_level level, std::string_view text) { to.log(level_of(level), "{}", text); }

} // namespace actors::runtime
