#ifndef CGATE_H
#define CGATE_H
#include "reactor.h"
#include "tls.h"
#include "upstream.h"
#include "pattern.h"
#include "inflate.h"
#include "packs.h"
#include "process.h"
#include "aws_actions.h"
#endif
