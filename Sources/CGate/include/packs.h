// The policy packs of policies/, embedded into the binary.
#ifndef CGATE_PACKS_H
#define CGATE_PACKS_H
#include <stddef.h>

typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t length;
} gate_pack;

/// The number of built-in packs.
extern const size_t gate_pack_count;
/// The built-in packs in the order in which they are judged; `default` is last.
extern const gate_pack gate_packs[];
#endif
