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
/// The pack at `index`, which is less than `gate_pack_count`.
static inline const gate_pack *gate_pack_at(size_t index) { return &gate_packs[index]; }
#endif
