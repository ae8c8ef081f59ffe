#ifndef CGATE_REGEX_H
#define CGATE_REGEX_H
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif
