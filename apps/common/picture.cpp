// SPDX-License-Identifier: BSD-3-Clause
// libpng reports errors by longjmp. Everything that must outlive a jump lives in an object that is
// older than the call of `guarded`, and no function between the two owns anything.
#include "common/picture.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <png.h>
#include <unistd.h>

namespace apps {
namespace {

using file_handle = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string allowed() {
  return "expected a PNG of 1 to " + std::to_string(largest_side) + " pixels a side";
}

void keep_error(png_structp png, png_const_charp text) {
  *static_cast<std::string*>(png_get_error_ptr(png)) = text;
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

/// Runs `work`; false if libpng jumped out of it. Requires: `work` holds no object with a
/// destructor.
template <class Work>
bool guarded(png_structp png, Work&& work) {
  if (setjmp(png_jmpbuf(png)))
    return false;
  work();
  return true;
}

/// libpng's pair of structures for reading, freed together.
class reader {
public:
  reader() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &error_, keep_error, ignore_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
  }
  ~reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  expected<extent> open(const std::filesystem::path& file);
  expected<luma_grid> pixels();

private:
  bool read_header(std::FILE* in);
  bool convert_to_sixteen_bits();

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::string error_;
  extent size_;
  file_handle in_{nullptr, std::fclose};
};

bool reader::read_header(std::FILE* in) {
  return guarded(png_, [&] {
    png_init_io(png_, in);
    png_set_sig_bytes(png_, 8);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff); // our own check names the side
    png_read_info(png_, info_);
  });
}

expected<extent> reader::open(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code))
    return fail("no such file; " + allowed());
  if (!std::filesystem::is_regular_file(file, code))
    return fail("not a regular file; " + allowed());
  in_.reset(std::fopen(file.c_str(), "rb"));
  if (!in_)
    return fail(std::string{"cannot be read ("} + std::strerror(errno) + "); " + allowed());
  std::array<png_byte, 8> signature{};
  if (std::fread(signature.data(), 1, 8, in_.get()) != 8 || png_sig_cmp(signature.data(), 0, 8))
    return fail("not a PNG picture; " + allowed());
  if (!info_ || !read_header(in_.get()))
    return fail("damaged PNG (" + error_ + "); " + allowed());
  size_ = {png_get_image_height(png_, info_), png_get_image_width(png_, info_)};
  if (size_.rows > largest_side || size_.cols > largest_side)
    return fail("is " + std::to_string(size_.cols) + " pixels wide and " +
                std::to_string(size_.rows) + " high; " + allowed());
  return size_;
}

bool reader::convert_to_sixteen_bits() {
  return guarded(png_, [&] {
    png_set_expand_16(png_);
    if constexpr (std::endian::native == std::endian::little)
      png_set_swap(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
}

/// Brightness of one pixel of 1 to 4 channels: grey or colour, with or without opacity.
double luma_of(const std::uint16_t* pixel, unsigned channels) {
  double luma = pixel[0];
  if (channels >= 3)
    luma = 0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2];
  if (channels % 2 == 0)
    luma *= pixel[channels - 1] / 65535.0;
  return luma / 257.0;
}

expected<luma_grid> reader::pixels() {
  if (!convert_to_sixteen_bits())
    return fail("damaged PNG (" + error_ + "); " + allowed());
  const unsigned channels = png_get_channels(png_, info_);
  std::vector<std::uint16_t> samples(size_.area() * channels);
  std::vector<png_bytep> rows(size_.rows);
  for (std::size_t r = 0; r < size_.rows; ++r)
    rows[r] = reinterpret_cast<png_bytep>(samples.data() + r * size_.cols * channels);
  if (!guarded(png_, [&] {
        png_read_image(png_, rows.data());
        png_read_end(png_, nullptr);
      }))
    return fail("damaged PNG (" + error_ + "); " + allowed());
  luma_grid luma{size_, std::vector<double>(size_.area())};
  for (std::size_t i = 0; i < luma.values.size(); ++i)
    luma.values[i] = luma_of(&samples[i * channels], channels);
  return luma;
}

/// libpng's pair of structures for writing, freed together.
class writer {
public:
  writer() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &error_, keep_error, ignore_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
  }
  ~writer() { png_destroy_write_struct(&png_, &info_); }
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  bool write(std::FILE* out, const picture& image) {
    const auto high = static_cast<png_uint_32>(image.size.rows);
    const auto wide = static_cast<png_uint_32>(image.size.cols);
    return info_ && guarded(png_, [&] {
             png_init_io(png_, out);
             png_set_IHDR(png_, info_, wide, high, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                          PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
             png_set_sRGB_gAMA_and_cHRM(png_, info_, PNG_sRGB_INTENT_PERCEPTUAL);
             png_write_info(png_, info_);
             for (std::size_t r = 0; r < high; ++r)
               png_write_row(png_, reinterpret_cast<png_const_bytep>(&image.at(r, 0)));
             png_write_end(png_, info_);
           });
  }

  const std::string& error() const { return error_; }

private:
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::string error_;
};

/// A new file beside its destination; it is gone unless it was renamed.
class aside_file {
public:
  explicit aside_file(const std::filesystem::path& target)
      : name_{target.string() + ".XXXXXX"}, out_{nullptr, std::fclose} {
    const int descriptor = mkstemp(name_.data());
    if (descriptor >= 0)
      out_.reset(fdopen(descriptor, "wb"));
  }
  ~aside_file() {
    if (out_)
      std::remove(name_.c_str());
  }
  aside_file(const aside_file&) = delete;
  aside_file& operator=(const aside_file&) = delete;

  std::FILE* handle() const { return out_.get(); }

  /// mkstemp's private mode would surprise: a picture may be read by everybody.
  bool rename_to(const std::filesystem::path& target) {
    namespace fs = std::filesystem;
    std::error_code code;
    fs::permissions(name_, static_cast<fs::perms>(0644), code);
    if (code || std::fflush(out_.get()) != 0)
      return false;
    fs::rename(name_, target, code);
    if (code)
      return false;
    out_.reset();
    return true;
  }

private:
  std::string name_;
  file_handle out_;
};

static_assert(sizeof(rgb) == 3, "rows are handed to libpng as they lie in memory");

} // namespace

expected<extent> read_picture_size(const std::filesystem::path& file) {
  return reader{}.open(file);
}

expected<luma_grid> read_luma(const std::filesystem::path& file) {
  reader in;
  return in.open(file).and_then([&](extent) { return in.pixels(); });
}

picture paint(std::span<const double> field, extent size, const colour_map& colours) {
  picture image{size};
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = colours(field[i]);
  return image;
}

expected<void> write_picture(const std::filesystem::path& file, const picture& image) {
  aside_file aside{file};
  if (!aside.handle())
    return fail(std::string{"cannot be written ("} + std::strerror(errno) + ")");
  writer png;
  if (!png.write(aside.handle(), image))
    return fail("cannot be written (" + png.error() + ")");
  if (!aside.rename_to(file))
    return fail(std::string{"cannot be written ("} + std::strerror(errno) + ")");
  return {};
}

expected<void> check_writable(const std::filesystem::path& file) {
  namespace fs = std::filesystem;
  std::error_code code;
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
  if (!file.has_filename() || fs::is_directory(file, code))
    return fail("is a folder; expected the name of a file to write");
  if (!fs::is_directory(folder, code))
    return fail("the folder " + folder.string() + " does not exist; expected an existing one");
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    return fail("the folder " + folder.string() + " cannot be written to; expected one that can");
  return {};
}

} // namespace apps
