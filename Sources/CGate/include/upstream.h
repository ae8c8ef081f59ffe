// Doors to libcurl: one typed function for each form of its variadic calls.
#ifndef CGATE_CURL_H
#define CGATE_CURL_H
#include <arpa/inet.h>
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

typedef size_t (*gate_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*gate_curl_prereq_callback)(
    void *context, char *remote, char *local, int remote_port, int local_port);
typedef int (*gate_curl_trailer_callback)(struct curl_slist **list, void *context);
typedef curl_socket_t (*gate_curl_open_callback)(
    void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*gate_curl_close_callback)(void *context, curl_socket_t socket);
typedef CURLcode (*gate_curl_tls_callback)(CURL *easy, void *tls, void *context);
typedef int (*gate_curl_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned);
typedef int (*gate_curl_timer_callback)(CURLM *multi, long timeout_ms, void *context);

static inline CURLcode gate_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode gate_curl_set_offset(CURL *easy, CURLoption option, int64_t value) {
    return curl_easy_setopt(easy, option, (curl_off_t)value);
}
/// Strings (copied by libcurl) and pointers (kept by it).
static inline CURLcode gate_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode gate_curl_set_data_callback(CURL *easy, CURLoption option, gate_curl_data_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}
static inline CURLcode gate_curl_set_prereq(CURL *easy, gate_curl_prereq_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}
/// Trailer fields of a chunked request; libcurl frees the list that the callback makes.
static inline CURLcode gate_curl_set_trailers(CURL *easy, gate_curl_trailer_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_TRAILERFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_TRAILERDATA, context);
}
static inline CURLcode gate_curl_set_open_socket(CURL *easy, gate_curl_open_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}
static inline CURLcode gate_curl_set_close_socket(CURL *easy, gate_curl_close_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}
static inline CURLcode gate_curl_set_tls(CURL *easy, gate_curl_tls_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, context);
}
static inline CURLMcode gate_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode gate_curl_multi_set_callbacks(
    CURLM *multi, gate_curl_socket_callback on_socket, gate_curl_timer_callback on_timer, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    if (!code) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (!code) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    return code ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
static inline CURLSHcode gate_curl_share_tls_sessions(CURLSH *share) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

static inline long gate_curl_info_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) ? 0 : value;
}
static inline int64_t gate_curl_info_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) ? 0 : (int64_t)value;
}
static inline void *gate_curl_info_private(CURL *easy) {
    char *value = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value) ? NULL : value;
}
/// The TLS session of the connection in use; NULL on a plain one.
static inline SSL *gate_curl_info_tls(CURL *easy) {
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) || !session) return NULL;
    return session->backend == CURLSSLBACKEND_OPENSSL ? (SSL *)session->internals : NULL;
}
static inline CURLcode gate_curl_message_result(const CURLMsg *message) { return message->data.result; }

/// Copies the address in network order; its length (4 or 16), 0 for another family.
static inline int gate_curl_address(const struct curl_sockaddr *address, uint8_t bytes[16]) {
    if (address->family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr, 4);
        return 4;
    }
    if (address->family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr, 16);
        return 16;
    }
    return 0;
}
/// The port of an address that gate_curl_address knows.
static inline uint16_t gate_curl_port(const struct curl_sockaddr *address) {
    return address->family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_port)
                                       : ntohs(((const struct sockaddr_in *)(const void *)&address->addr)->sin_port);
}
/// The local port of a TCP socket, 0 when it has none.
static inline uint16_t gate_local_port(int socket) {
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } name;
    socklen_t length = sizeof name;
    if (getsockname(socket, &name.any, &length)) return 0;
    if (name.any.sa_family == AF_INET) return ntohs(name.v4.sin_port);
    return name.any.sa_family == AF_INET6 ? ntohs(name.v6.sin6_port) : 0;
}

/// The index under which an SSL keeps the byte that is to be set when the peer's close_notify arrives.
static inline int gate_tls_close_index(void) {
    return CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, NULL, NULL, NULL, NULL);
}
#endif
