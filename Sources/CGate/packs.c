#include "packs.h"

// C23, which the compiler knows in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char stripe_yaml[] = {
#embed "../../policies/stripe.yaml"
};
static const unsigned char default_yaml[] = {
#embed "../../policies/default.yaml"
};

const gate_pack gate_packs[] = {
    {"stripe", stripe_yaml, sizeof stripe_yaml},
    {"default", default_yaml, sizeof default_yaml},
};
const size_t gate_pack_count = sizeof gate_packs / sizeof gate_packs[0];
