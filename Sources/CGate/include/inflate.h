// zlib's initialiser is a macro.
#ifndef CGATE_INFLATE_H
#define CGATE_INFLATE_H
#include <zlib.h>

static inline int gate_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }
#endif
