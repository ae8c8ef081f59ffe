#include "aws_actions.h"

// Facts from the service models of botocore 1.43 (Apache-2.0), written by Tests/Generators/aws-actions.py.
#pragma clang diagnostic ignored "-Wc23-extensions"
const unsigned char gate_aws_actions[] = {
#embed "aws_actions.txt"
};
const size_t gate_aws_actions_length = sizeof gate_aws_actions;
