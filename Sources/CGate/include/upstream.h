#ifndef CGATE_CURL_H
#define CGATE_CURL_H
#include <curl/curl.h>
#endif
