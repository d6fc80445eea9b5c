#ifndef CLIBAV_SHIM_H
#define CLIBAV_SHIM_H
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/buffer.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>

// Macros with casts, shifts or expressions: not imported by Swift.
static const int CLibav_lowDelay = AV_CODEC_FLAG_LOW_DELAY;
static const int CLibav_errorRecognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_CRCCHECK;
static const int CLibav_frameCorrupt = AV_FRAME_FLAG_CORRUPT;
static const int CLibav_again = AVERROR(EAGAIN);
static const int CLibav_noMemory = AVERROR(ENOMEM);
static const int CLibav_invalid = AVERROR(EINVAL);

// av_log_set_level's constants are macros too; one call says it all.
static inline void CLibav_silence(void) { av_log_set_level(AV_LOG_QUIET); }
#endif
