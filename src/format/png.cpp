// libpng reports errors by longjmp, which runs no destructor. So its calls stand in steps, lambdas that make
// no object with one; `guarded` is where it jumps to, and what outlives a step is owned outside of it.
#include "format/picture.h"
#include "format/picture_size.h"

#if TENON_IMAGES
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <vector>

#include "base/files.h"
#endif

namespace tenon {

#if TENON_IMAGES

namespace {
// A match of 258 bytes takes at least two bits, and a pixel may be one bit.
constexpr std::uint64_t kMostPixelsOfAByte = std::uint64_t{1032} * 8;

class PngReader {
 public:
  PngReader(Bytes bytes, std::string_view name) : name_(name), rest_(bytes), size_(bytes.size()) {
    png_ =
        ::png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::on_error, &PngReader::on_warning);
    info_ = png_ ? ::png_create_info_struct(png_) : nullptr;
    if (!info_) {
      ::png_destroy_read_struct(&png_, &info_, nullptr);
      fail("out of memory: '", name, "' could not be read");
    }
    ::png_set_read_fn(png_, this, &PngReader::on_read);
  }
  ~PngReader() { ::png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Tensor read(PictureChannels channels) {
    read_header(channels);
    const std::int64_t height = ::png_get_image_height(png_, info_);
    const std::int64_t width = ::png_get_image_width(png_, info_);
    check_picture_size(name_, height, width, rest_.size() * kMostPixelsOfAByte);
    const Tensor picture = Tensor::empty(DType::u8, {height, width, static_cast<std::int64_t>(channels)});
    read_rows(picture);
    return picture;
  }

 private:
  void read_header(PictureChannels channels) {
    guarded([&] {
      // Texts, profiles and the like could hold much and change nothing here.
      ::png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      ::png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // ours are checked by the caller
      ::png_read_info(png_, info_);
      ::png_set_expand(png_);
      ::png_set_strip_16(png_);
      ::png_set_strip_alpha(png_);
      if (channels == PictureChannels::rgb)
        ::png_set_gray_to_rgb(png_);
      else
        ::png_set_rgb_to_gray(png_, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
      passes_ = ::png_set_interlace_handling(png_);
      ::png_read_update_info(png_, info_);
    });
  }

  void read_rows(const Tensor& picture) {
    const auto row_bytes = static_cast<std::size_t>(picture.dim(1) * picture.dim(2));
    require(::png_get_rowbytes(png_, info_) == row_bytes, "'", name_, "': a row has not the bytes it should");
    auto* const begin = static_cast<png_bytep>(picture.raw());
    guarded([&] {
      for (int pass = 0; pass < passes_; ++pass)
        for (std::int64_t y = 0; y < picture.dim(0); ++y)
          ::png_read_row(png_, begin + static_cast<std::size_t>(y) * row_bytes, nullptr);
      ::png_read_end(png_, nullptr);
    });
  }

  template <class Step>
  void guarded(const Step& step) {
    if (!completes(step)) fail_at(name_, size_ - rest_.size(), "the PNG picture is damaged: ", message_);
  }

  template <class Step>
  bool completes(const Step& step) {
    if (setjmp(png_jmpbuf(png_))) return false;
    step();
    return true;
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp text) {
    auto* const self = static_cast<PngReader*>(::png_get_error_ptr(png));
    std::strncpy(self->message_, text, sizeof self->message_ - 1);
    ::png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep to, std::size_t count) {
    auto* const self = static_cast<PngReader*>(::png_get_io_ptr(png));
    if (count > self->rest_.size()) ::png_error(png, "it is cut off");
    std::memcpy(to, self->rest_.data(), count);
    self->rest_ = self->rest_.subspan(count);
  }

  std::string_view name_;
  Bytes rest_;
  std::size_t size_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  char message_[128] = {};
};

png_image described(const Tensor& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(picture.dim(0));
  image.width = static_cast<png_uint_32>(picture.dim(1));
  image.format = picture.rank() == 3 && picture.dim(2) == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  return image;
}
}  // namespace

Tensor read_png(Bytes bytes, std::string_view name, PictureChannels channels) {
  require_at(is_png(bytes), name, 0, "expected a PNG picture, which begins otherwise");
  return PngReader(bytes, name).read(channels);
}

void write_png(const std::string& path, const Tensor& picture) {
  const bool has_channels = picture.rank() == 3 && (picture.dim(2) == 1 || picture.dim(2) == 3);
  require(picture.dtype() == DType::u8 && (picture.rank() == 2 || has_channels) && picture.size() > 0, "'",
          path, "': a picture is u8[height, width], or has 1 or 3 channels after these, not ",
          picture.dtype(), picture.shape());
  require(picture.size() <= 3 * kMostPixels, "'", path, "': a picture of ", picture.shape(), " is too large");
  png_image image = described(picture);
  std::vector<std::byte> file(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t size = file.size();
  const int done = ::png_image_write_to_memory(&image, file.data(), &size, 0, picture.raw(), 0, nullptr);
  require(done != 0, "'", path, "': the picture could not be encoded: ", image.message);
  file.resize(size);
  write_atomically(path, [&](FileWriter& writer) { writer.write(file); });
}

#else

Tensor read_png(Bytes, std::string_view name, PictureChannels) {
  fail("'", name, "' is a picture, and this build reads none: build with libpng and libjpeg-turbo");
}

void write_png(const std::string& path, const Tensor&) {
  fail("'", path, "' would be a picture, and this build writes none: build with libpng and libjpeg-turbo");
}

#endif

}  // namespace tenon
