// Doors to OpenSSL: its macros and variadic functions, typed. No logic.
#ifndef CGATE_OPENSSL_H
#define CGATE_OPENSSL_H
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <arpa/inet.h>
#include <sys/file.h>
#include <sys/stat.h>

// SSL_CTX
static inline void gate_ssl_ctx_set_mode(SSL_CTX *ctx, long mode) { SSL_CTX_set_mode(ctx, mode); }
static inline void gate_ssl_ctx_clear_mode(SSL_CTX *ctx, long mode) { SSL_CTX_clear_mode(ctx, mode); }
static inline int gate_ssl_ctx_set_versions(SSL_CTX *ctx, int least, int most) {
    return SSL_CTX_set_min_proto_version(ctx, least) == 1 && SSL_CTX_set_max_proto_version(ctx, most) == 1;
}
static inline void gate_ssl_ctx_set_read_ahead(SSL_CTX *ctx, int on) { SSL_CTX_set_read_ahead(ctx, on); }
static inline void gate_ssl_ctx_set_session_cache(SSL_CTX *ctx, long mode, long sessions) {
    SSL_CTX_set_session_cache_mode(ctx, mode);
    SSL_CTX_sess_set_cache_size(ctx, sessions);
}
static inline int gate_ssl_ctx_add1_chain_cert(SSL_CTX *ctx, X509 *x509) {
    return SSL_CTX_add1_chain_cert(ctx, x509) == 1;
}
static inline void gate_ssl_ctx_set_options(SSL_CTX *ctx, uint64_t options) { SSL_CTX_set_options(ctx, options); }
static const uint64_t GATE_SSL_OPTIONS_SERVER = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;
static const uint64_t GATE_SSL_OPTION_NO_TICKET = SSL_OP_NO_TICKET;

// SSL
static inline void gate_ssl_set_app_data(SSL *ssl, void *data) { SSL_set_app_data(ssl, data); }
static inline void *gate_ssl_get_app_data(const SSL *ssl) { return SSL_get_app_data(ssl); }

static inline void gate_ssl_set_host_name(SSL *ssl, const char *name) { SSL_set_tlsext_host_name(ssl, name); }

// BIO
static inline void gate_bio_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void gate_bio_set_retry_write(BIO *bio) { BIO_set_retry_write(bio); }
static inline void gate_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline long gate_bio_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

// Errors
static inline int gate_err_lib(unsigned long code) { return ERR_GET_LIB(code); }
static inline int gate_err_reason(unsigned long code) { return ERR_GET_REASON(code); }

// Keys and certificates
/// RFC 2253, with UTF-8 left readable.
static const unsigned long GATE_NAME_RFC2253 = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
static inline EVP_PKEY *gate_evp_p256(void) { return EVP_EC_gen("P-256"); }
/// A P-256 key of OpenSSL's older kind. X509_set_pubkey encodes such a one in 4 µs, where a provider's key takes it
/// through OSSL_ENCODER in 180 µs (OpenSSL 3.0); signing costs the same with both.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static inline EVP_PKEY *gate_evp_p256_for_leaves(void) {
    EC_KEY *ec = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    EVP_PKEY *key = EVP_PKEY_new();
    int made = ec != NULL && key != NULL && EC_KEY_generate_key(ec) == 1 && EVP_PKEY_set1_EC_KEY(key, ec) == 1;
    EC_KEY_free(ec);
    if (!made) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}
#pragma GCC diagnostic pop
static inline GENERAL_NAMES *gate_general_names_of(GENERAL_NAME *name) {
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    if (names != NULL && !sk_GENERAL_NAME_push(names, name)) {
        sk_GENERAL_NAME_free(names);
        names = NULL;
    }
    return names;
}
/// A new X509_EXTENSION of constant text made by OpenSSL's own syntax; never for text from outside.
static inline X509_EXTENSION *gate_x509_extension(X509 *issuer, X509 *subject, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, subject, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    return X509V3_EXT_conf_nid(NULL, &context, nid, value);
}
static inline int gate_store_count(const STACK_OF(X509_OBJECT) *objects) { return sk_X509_OBJECT_num(objects); }
#endif
