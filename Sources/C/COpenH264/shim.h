#ifndef COPENH264_SHIM_H
#define COPENH264_SHIM_H
#include <stdbool.h>
#include <wels/codec_api.h>

// The library's calls go through a table of function pointers, which Swift would spell pointee.pointee.EncodeFrame!(…)
// with the receiver twice: one inline function for each call in use.
static inline int COpenH264_defaults(ISVCEncoder *encoder, SEncParamExt *parameters) {
  return (*encoder)->GetDefaultParams(encoder, parameters);
}
static inline int COpenH264_initialize(ISVCEncoder *encoder, const SEncParamExt *parameters) {
  return (*encoder)->InitializeExt(encoder, parameters);
}
static inline int COpenH264_uninitialize(ISVCEncoder *encoder) { return (*encoder)->Uninitialize(encoder); }
static inline int COpenH264_encode(ISVCEncoder *encoder, const SSourcePicture *picture, SFrameBSInfo *result) {
  return (*encoder)->EncodeFrame(encoder, picture, result);
}
static inline int COpenH264_option(ISVCEncoder *encoder, ENCODER_OPTION option, SEncParamExt *parameters) {
  return (*encoder)->GetOption(encoder, option, parameters);
}

// The C table declares ForceIntraFrame without its last argument (layer, -1 for all); called so, the library would read
// whatever is in that register.
static inline int COpenH264_forceKeyframe(ISVCEncoder *encoder) {
  return ((int (*)(ISVCEncoder *, bool, int))(*encoder)->ForceIntraFrame)(encoder, true, -1);
}

// Swift cannot make the variadic-looking callback type null through void*: both the level and the callback go here.
static inline void COpenH264_silence(ISVCEncoder *encoder) {
  int level = WELS_LOG_QUIET;
  (*encoder)->SetOption(encoder, ENCODER_OPTION_TRACE_LEVEL, &level);
  WelsTraceCallback none = 0;
  (*encoder)->SetOption(encoder, ENCODER_OPTION_TRACE_CALLBACK, &none);
}

// Nested fixed arrays become tuples of 128 in Swift: the layers of a result are read here. Returns the number of bytes
// of layer `index` and where they are.
static inline int COpenH264_layer(const SFrameBSInfo *result, int index, const unsigned char **bytes, int *temporal,
                                  int *isVideo) {
  const SLayerBSInfo *layer = &result->sLayerInfo[index];
  int total = 0;
  for (int nal = 0; nal < layer->iNalCount; nal++) total += layer->pNalLengthInByte[nal];
  *bytes = layer->pBsBuf;
  *temporal = layer->uiTemporalId;
  *isVideo = layer->uiLayerType == VIDEO_CODING_LAYER;
  return total;
}

// The one spatial layer in use, out of a tuple of structures.
static inline SSpatialLayerConfig *COpenH264_spatial(SEncParamExt *parameters) { return &parameters->sSpatialLayers[0]; }
#endif
