// libjpeg leaves by longjmp here, which runs no destructor: as with libpng its calls stand in steps that make
// no object with one.
#include "format/picture.h"
#include "format/picture_size.h"

#if TENON_IMAGES
#include <jerror.h>
#include <jpeglib.h>
#include <stdio.h>  // jpeglib.h needs it and does not include it

#include <csetjmp>
#endif

namespace tenon {

#if TENON_IMAGES

namespace {
// Every block of 8 x 8 takes at least a bit.
constexpr std::uint64_t kMostPixelsOfAByte = 64 * 8;
constexpr int kMostScans = 200;  // a progressive picture has some ten; thousands would cost hours

bool means_damage(int warning) {
  return warning != JWRN_ADOBE_XFORM && warning != JWRN_EXTRANEOUS_DATA && warning != JWRN_JFIF_MAJOR &&
         warning != JWRN_TOO_MUCH_DATA;
}

class JpegReader {
 public:
  JpegReader(Bytes bytes, std::string_view name) : name_(name), size_(bytes.size()) {
    decoder_.err = ::jpeg_std_error(&errors_);
    decoder_.client_data = this;
    errors_.error_exit = &JpegReader::on_error;
    errors_.emit_message = &JpegReader::on_message;
    progress_.progress_monitor = &JpegReader::on_progress;
    guarded([&] {
      ::jpeg_create_decompress(&decoder_);
      decoder_.progress = &progress_;
      ::jpeg_mem_src(&decoder_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    });
  }
  ~JpegReader() { ::jpeg_destroy_decompress(&decoder_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Tensor read(PictureChannels channels) {
    guarded([&] { ::jpeg_read_header(&decoder_, TRUE); });
    const std::int64_t height = decoder_.image_height;
    const std::int64_t width = decoder_.image_width;
    check_picture_size(name_, height, width, size_ * kMostPixelsOfAByte);
    require(decoder_.num_components != 4, "'", name_,
            "' is a JPEG picture in the four colours of print: save it in RGB");
    const Tensor picture = Tensor::empty(DType::u8, {height, width, static_cast<std::int64_t>(channels)});
    read_rows(picture);
    return picture;
  }

 private:
  void read_rows(const Tensor& picture) {
    const auto row_bytes = static_cast<std::size_t>(picture.dim(1) * picture.dim(2));
    auto* const begin = static_cast<JSAMPLE*>(picture.raw());
    guarded([&] {
      decoder_.out_color_space = picture.dim(2) == 3 ? JCS_RGB : JCS_GRAYSCALE;
      ::jpeg_start_decompress(&decoder_);
      while (decoder_.output_scanline < decoder_.output_height) {
        JSAMPROW row = begin + decoder_.output_scanline * row_bytes;
        ::jpeg_read_scanlines(&decoder_, &row, 1);
      }
      ::jpeg_finish_decompress(&decoder_);
    });
  }

  template <class Step>
  void guarded(const Step& step) {
    if (!completes(step)) fail("'", name_, "': the JPEG picture is damaged: ", message_);
  }

  template <class Step>
  bool completes(const Step& step) {
    if (setjmp(jump_)) return false;
    step();
    return true;
  }

  static JpegReader& reader_of(j_common_ptr decoder) {
    return *static_cast<JpegReader*>(decoder->client_data);
  }

  [[noreturn]] static void on_error(j_common_ptr decoder) {
    JpegReader& self = reader_of(decoder);
    decoder->err->format_message(decoder, self.message_);
    std::longjmp(self.jump_, 1);
  }

  static void on_message(j_common_ptr decoder, int level) {
    if (level < 0 && means_damage(decoder->err->msg_code)) on_error(decoder);
  }

  static void on_progress(j_common_ptr decoder) {
    if (!decoder->is_decompressor) return;
    if (reinterpret_cast<j_decompress_ptr>(decoder)->input_scan_number <= kMostScans) return;
    decoder->err->msg_code = JERR_BAD_PROG_SCRIPT;
    decoder->err->msg_parm.i[0] = kMostScans;
    on_error(decoder);
  }

  std::string_view name_;
  std::size_t size_;
  jpeg_decompress_struct decoder_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_;
  char message_[JMSG_LENGTH_MAX] = {};
};
}  // namespace

Tensor read_jpeg(Bytes bytes, std::string_view name, PictureChannels channels) {
  require_at(is_jpeg(bytes), name, 0, "expected a JPEG picture, which begins otherwise");
  return JpegReader(bytes, name).read(channels);
}

#else

Tensor read_jpeg(Bytes, std::string_view name, PictureChannels) {
  fail("'", name, "' is a picture, and this build reads none: build with libpng and libjpeg-turbo");
}

#endif

}  // namespace tenon
