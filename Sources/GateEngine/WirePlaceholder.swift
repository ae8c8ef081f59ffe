struct ResponseHead {}
struct UpstreamHead {}
