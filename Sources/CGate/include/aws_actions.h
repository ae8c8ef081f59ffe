// AWS's services and the actions of their REST protocols; format and source: Tests/Generators/aws-actions.py.
#ifndef CGATE_AWS_ACTIONS_H
#define CGATE_AWS_ACTIONS_H
#include <stddef.h>

/// The table's text, ASCII.
extern const unsigned char gate_aws_actions[];
extern const size_t gate_aws_actions_length;

/// Where the table's text begins.
static inline const unsigned char *gate_aws_actions_start(void) { return gate_aws_actions; }
#endif
