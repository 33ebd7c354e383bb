// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE apps_picture
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

#include <png.h>

#include "common/contact_sheet.hpp"
#include "common/picture.hpp"
#include "common/progress.hpp"
#include "temporary_folder.hpp"

namespace {

using apps::extent;

/// Writes a PNG of any kind with libpng itself, so that reading is not tested against our writing.
void write_png(const std::filesystem::path& file, extent size, int colour_type, int bits,
               std::vector<std::uint8_t> bytes, int interlace = PNG_INTERLACE_NONE) {
  auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  auto* info = png_create_info_struct(png);
  auto* out = std::fopen(file.c_str(), "wb");
  png_init_io(png, out);
  png_set_IHDR(png, info, static_cast<png_uint_32>(size.cols), static_cast<png_uint_32>(size.rows),
               bits, colour_type, interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[2] = {{0, 0, 0}, {255, 255, 255}};
  if (colour_type == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE(png, info, palette, 2);
  png_write_info(png, info);
  std::vector<png_bytep> rows;
  for (std::size_t r = 0; r < size.rows; ++r)
    rows.push_back(bytes.data() + r * (bytes.size() / size.rows));
  png_write_image(png, rows.data());
  png_write_end(png, info);
  std::fclose(out);
  png_destroy_write_struct(&png, &info);
}

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

void check_refused(const std::filesystem::path& file, const std::string& reason) {
  const auto luma = apps::read_luma(file);
  BOOST_REQUIRE(!luma);
  BOOST_TEST_INFO(luma.error().text);
  BOOST_TEST(luma.error().text.find(reason) != std::string::npos);
  BOOST_TEST(luma.error().text.find("expected a PNG of 1 to 16384 pixels") != std::string::npos);
  BOOST_TEST(luma.error().text.find('\n') == std::string::npos);
}

} // namespace

BOOST_AUTO_TEST_CASE(reads_every_kind_of_png) {
  const temporary_folder folder;
  const auto file = folder / "a.png";
  const auto check = [&](double left, double right) {
    const auto luma = apps::read_luma(file);
    BOOST_REQUIRE(luma.has_value());
    BOOST_TEST((luma->size == extent{1, 2}));
    BOOST_TEST(std::abs(luma->values[0] - left) < 1e-9);
    BOOST_TEST(std::abs(luma->values[1] - right) < 1e-9);
  };
  write_png(file, {1, 2}, PNG_COLOR_TYPE_GRAY, 8, {10, 200});
  check(10, 200);
  write_png(file, {1, 2}, PNG_COLOR_TYPE_GRAY, 16, {0x80, 0x00, 0xff, 0xff});
  check(32768 / 257.0, 255);
  write_png(file, {1, 2}, PNG_COLOR_TYPE_GRAY, 1, {0x40});
  check(0, 255);
  write_png(file, {1, 2}, PNG_COLOR_TYPE_PALETTE, 8, {1, 0});
  check(255, 0);
  write_png(file, {1, 2}, PNG_COLOR_TYPE_RGB, 8, {255, 0, 0, 0, 0, 255});
  check(0.2126 * 255, 0.0722 * 255);
  write_png(file, {1, 2}, PNG_COLOR_TYPE_RGB_ALPHA, 8, {0, 255, 0, 255, 255, 255, 255, 0});
  check(0.7152 * 255, 0);
  write_png(file, {1, 2}, PNG_COLOR_TYPE_GRAY_ALPHA, 8, {100, 255, 100, 51});
  check(100, 20);
}

BOOST_AUTO_TEST_CASE(reads_interlaced) {
  const temporary_folder folder;
  const auto file = folder / "a.png";
  std::vector<std::uint8_t> bytes(64 * 64);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(i * 7);
  write_png(file, {64, 64}, PNG_COLOR_TYPE_GRAY, 8, bytes, PNG_INTERLACE_ADAM7);
  const auto luma = apps::read_luma(file);
  BOOST_REQUIRE(luma.has_value());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    BOOST_REQUIRE(luma->values[i] == bytes[i]);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_a_picture) {
  const temporary_folder folder;
  check_refused(folder / "missing.png", "no such file");
  check_refused(folder / "", "not a regular file");
  check_refused(folder.file("empty.png", ""), "not a PNG");
  check_refused(folder.file("notes.txt", "a line of text\n"), "not a PNG");
}

BOOST_AUTO_TEST_CASE(refuses_a_picture_cut_anywhere_or_damaged) {
  const temporary_folder folder;
  const auto file = folder / "a.png";
  write_png(file, {16, 16}, PNG_COLOR_TYPE_GRAY, 8, std::vector<std::uint8_t>(256, 77));
  const auto whole = content(file);
  for (std::size_t length = 8; length < whole.size(); ++length)
    check_refused(folder.file("cut.png", whole.substr(0, length)), "damaged PNG");
  for (std::size_t place = 16; place < whole.size() - 12; ++place) {
    auto damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x55);
    (void)apps::read_luma(folder.file("damaged.png", damaged)); // any outcome but a crash
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_side_longer_than_the_limit) {
  const temporary_folder folder;
  const auto file = folder / "wide.png";
  write_png(file, {1, apps::largest_side + 1}, PNG_COLOR_TYPE_GRAY, 8,
            std::vector<std::uint8_t>(apps::largest_side + 1));
  check_refused(file, "is 16385 pixels wide and 1 high");
}

BOOST_AUTO_TEST_CASE(writes_what_it_reads) {
  const temporary_folder folder;
  const auto file = folder / "out.png";
  apps::picture image{{3, 5}};
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const auto grey = static_cast<std::uint8_t>(17 * i);
    image.pixels[i] = {grey, grey, grey};
  }
  BOOST_REQUIRE(apps::write_picture(file, image).has_value());
  BOOST_TEST(folder.entries() == 1u); // nothing aside is left
  BOOST_TEST((apps::read_picture_size(file) == extent{3, 5}));
  const auto luma = apps::read_luma(file);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    BOOST_TEST(std::abs(luma->values[i] - static_cast<double>(17 * i)) < 1e-9);
}

BOOST_AUTO_TEST_CASE(writes_nothing_where_it_cannot) {
  const temporary_folder folder;
  const apps::picture image{{1, 1}};
  BOOST_TEST(!apps::write_picture(folder / "no/such/out.png", image).has_value());
  BOOST_TEST(!apps::write_picture(folder / ".", image).has_value());
  BOOST_TEST(!apps::check_writable(folder / "no/out.png").has_value());
  BOOST_TEST(!apps::check_writable(folder / "").has_value());
  BOOST_TEST(apps::check_writable(folder / "out.png").has_value());
  BOOST_TEST(folder.entries() == 0u);
}

BOOST_AUTO_TEST_CASE(colours_grow_lighter_and_are_clamped) {
  const apps::colour_map colours{0.0, 1.0};
  const auto lightness = [&](double v) {
    const auto c = colours(v);
    return 0.2126 * std::pow(c.red, 2.2) + 0.7152 * std::pow(c.green, 2.2) +
           0.0722 * std::pow(c.blue, 2.2);
  };
  for (int i = 1; i <= 64; ++i)
    BOOST_TEST(lightness(i / 64.0) > lightness((i - 1) / 64.0));
  BOOST_TEST((colours(-5.0) == colours(0.0)));
  BOOST_TEST((colours(7.0) == colours(1.0)));
  BOOST_TEST((colours(std::numeric_limits<double>::quiet_NaN()) == colours(0.0)));
  BOOST_TEST((apps::colour_map{3.0, 3.0}(3.0) == colours(0.0)));
}

BOOST_AUTO_TEST_CASE(a_contact_sheet_holds_its_tiles) {
  const extent size{512, 1024};
  const std::vector<double> field(size.area(), 1.0);
  apps::contact_sheet sheet{size, 5, apps::colour_map{0.0, 1.0}};
  for (std::uint64_t step = 0; step < 5; ++step)
    sheet.add(step * 1000, field);
  BOOST_TEST(sheet.frames() == 5u);
  const auto tile = apps::tile_extent(size, 256);
  BOOST_TEST((tile == extent{128, 256}));
  const auto across = apps::tiles_across(tile, 5);
  const auto down = (5 + across - 1) / across;
  const auto image = sheet.compose();
  BOOST_TEST((image.size == extent{down * (128 + 3) + 3, across * (256 + 3) + 3}));
  BOOST_TEST((image.at(10, 10) == apps::colour_map{0.0, 1.0}(1.0)));
}

BOOST_AUTO_TEST_CASE(a_contact_sheet_of_tiny_fields) {
  apps::contact_sheet sheet{{1, 1}, 3, apps::colour_map{0.0, 1.0}};
  sheet.add(123456789, std::vector<double>{0.5});
  BOOST_TEST((sheet.compose().size == extent{7, apps::tiles_across({1, 1}, 3) * 4 + 3}));
}

BOOST_AUTO_TEST_CASE(progress_fits_its_width) {
  using seconds = std::chrono::duration<double>;
  BOOST_TEST(apps::progress_line("heat", 50, 200, seconds{10.0}, 79) ==
             "heat [##########..............................]  25 %  50/200  5/s  00:30 left");
  for (std::size_t width = 0; width < 120; ++width)
    BOOST_TEST(apps::progress_line("heat", 3, 200, seconds{1e-3}, width).size() <= width);
  BOOST_TEST(apps::progress_line("x", 0, 0, seconds{0.0}, 79).find("100 %") != std::string::npos);
}
