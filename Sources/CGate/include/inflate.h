#ifndef CGATE_INFLATE_H
#define CGATE_INFLATE_H
#include <zlib.h>
#endif
