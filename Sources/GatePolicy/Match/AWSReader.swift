/// Recognises a call to AWS, or to whatever speaks its protocols, and tells which actions it may be.
struct AWSReader {
    /// The services that the request may be for, of the catalog.
    private let candidates: [Int]
    /// Names of services that the catalog does not know.
    private let unlisted: [[UInt8]]
    private let bucket: [UInt8]?
    /// The host is AWS's own: then it says whether a bucket stands in front of it.
    private let hasOwnHost: Bool
    /// The actions of `X-Amz-Target`.
    private let targets: [[UInt8]]

    private static let authorization = Array("authorization".utf8)
    private static let signature = Array("aws".utf8)
    private static let target = Array("x-amz-target".utf8)
    private static let credential = Array("X-Amz-Credential".utf8)
    private static let action = Array("Action".utf8)

    /// Nil where neither host, signature nor target says AWS.
    init?(_ view: CallView) {
        let host = CanonicalHost.of(view.facts.host)
        let isEndpoint = AWSEndpoint.mayBe(host)
        let isSigned = view.headerBegins(Self.authorization, Self.signature)
        // Nearly every call ends here, without memory.
        guard isEndpoint || isSigned || view.queryMayName(Self.credential) || view.hasHeader(Self.target) else {
            return nil
        }
        let endpoint = isEndpoint ? AWSEndpoint(host: host) : nil
        var names = endpoint.map { [$0.service] } ?? []
        for value in isSigned ? view.header(Self.authorization).known : [] {
            if let name = Self.scopedService(value.bytes), !names.contains(name) { names.append(name) }
        }
        if view.queryMayName(Self.credential) {
            for value in view.query(Self.credential).known {
                if let name = Self.service(ofScope: value.bytes[...]), !names.contains(name) { names.append(name) }
            }
        }
        let targets = view.header(Self.target).known.map(\.bytes)
        guard !names.isEmpty || !targets.isEmpty else { return nil }
        let catalog = AWSCatalog.shared
        var candidates: [Int] = []
        for name in names {
            for index in catalog.services(named: name) where !candidates.contains(index) { candidates.append(index) }
        }
        if candidates.isEmpty {
            for target in targets { candidates += catalog.services(withTarget: Self.split(target).prefix) }
        }
        self.candidates = candidates
        self.targets = targets
        unlisted = names.filter { catalog.services(named: $0).isEmpty }
        bucket = endpoint?.bucket
        hasOwnHost = endpoint != nil
        if candidates.isEmpty, unlisted.isEmpty { return nil }
    }

    // MARK: Signature

    /// The service of an `Authorization` header of SigV4 or SigV4A; S3 for the old `AWS key:signature`.
    private static func scopedService(_ value: [UInt8]) -> [UInt8]? {
        guard value.starts(with: "AWS".utf8) else { return nil }
        if value.starts(with: "AWS ".utf8) { return Array("s3".utf8) }
        let mark = Array("Credential=".utf8)
        guard let at = MultipartReader.index(of: mark, in: value, from: 0) else { return nil }
        return service(ofScope: value[(at + mark.count)...].prefix { $0 != UInt8(ascii: ",") && !ASCII.isBlank($0) })
    }

    /// `KEY/DATE/REGION/SERVICE/aws4_request`; SigV4A has no region.
    ///
    /// A key may itself hold slashes.
    private static func service(ofScope scope: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = scope.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[parts.count - 1].elementsEqual("aws4_request".utf8) else { return nil }
        let name = ASCII.lowercased(Array(parts[parts.count - 2]))
        return name.isEmpty ? nil : name
    }

    /// `Prefix.Action`.
    private static func split(_ target: [UInt8]) -> (prefix: [UInt8], action: [UInt8]) {
        guard let dot = target.lastIndex(of: UInt8(ascii: ".")) else { return ([], target) }
        return (Array(target[..<dot]), Array(target[(dot + 1)...]))
    }

    // MARK: Actions

    func calls(_ view: CallView) -> Found<AWSCall> {
        var calls: [AWSCall] = []
        let paths = self.paths(view)
        for candidate in candidates {
            let names = AWSCatalog.shared.services[candidate].names
            for action in actions(candidate, view, paths) {
                let call = AWSCall(services: names, action: action)
                if !calls.contains(call) { calls.append(call) }
            }
        }
        for name in unlisted {
            for action in unlistedActions(view) { calls.append(AWSCall(services: [name], action: action)) }
        }
        if calls.isEmpty {
            let names = candidates.flatMap { AWSCatalog.shared.services[$0].names }
            calls = [AWSCall(services: names, action: .undetermined)]
        }
        return .values(calls)
    }

    private func actions(_ candidate: Int, _ view: CallView, _ paths: [[[UInt8]]]) -> [AWSCall.Action] {
        let service = AWSCatalog.shared.services[candidate]
        var actions: [AWSCall.Action] = []
        let isTargeted = !targets.isEmpty && service.speaks("j")
        if isTargeted { actions += targetActions(service) }
        if service.speaks("c") { actions += paths.compactMap(Self.rpcAction) }
        if service.speaks("qe") {
            let mayAskBody = !(isTargeted && view.contentTypes.contains { $0.isAmazonJSON }) && actions.isEmpty
            actions += queryActions(view, mayAskBody: mayAskBody)
        }
        if service.speaks("rx") {
            for path in paths { actions += restActions(candidate, view, path) }
        }
        return actions
    }

    private func unlistedActions(_ view: CallView) -> [AWSCall.Action] {
        let named =
            targets.map { AWSCall.Action.named(Self.split($0).action) }
            + queryActions(view, mayAskBody: view.contentTypes.contains { $0.isForm })
        return named.isEmpty ? [.undetermined] : named
    }

    private func targetActions(_ service: AWSCatalog.Service) -> [AWSCall.Action] {
        let split = targets.map(Self.split)
        // A prefix that is another candidate's own is not this one's.
        let foreign = candidates.map { AWSCatalog.shared.services[$0].targetPrefix }.filter {
            $0 != service.targetPrefix
        }
        return split.filter { !foreign.contains($0.prefix) }.map { .named($0.action) }
    }

    /// `/service/NAME/operation/ACTION` of rpc-v2-cbor, which may stand behind a prefix.
    private static func rpcAction(_ path: [[UInt8]]) -> AWSCall.Action? {
        guard path.count >= 4, path[path.count - 4].elementsEqual("service".utf8),
            path[path.count - 2].elementsEqual("operation".utf8)
        else { return nil }
        return .named(path[path.count - 1])
    }

    private func queryActions(_ view: CallView, mayAskBody: Bool) -> [AWSCall.Action] {
        var actions = view.query(Self.action).known.map { AWSCall.Action.named($0.bytes) }
        switch view.form(Self.action) {
        case .values(let values): actions += values.map { .named($0.bytes) }
        case .absent: break
        case .unknown: if mayAskBody { actions.append(.inBody) }
        }
        return actions
    }

    private func restActions(_ candidate: Int, _ view: CallView, _ path: [[UInt8]]) -> [AWSCall.Action] {
        guard let letter = Self.letter(view.bytes(of: view.facts.method)) else { return [] }
        let isS3 = AWSCatalog.shared.services[candidate].isS3
        var actions: [AWSCall.Action] = []
        for segments in isS3 ? bucketPaths(path, view) : [path] {
            let request = AWSCatalog.RESTRequest(
                methodLetter: letter, segments: segments, query: view.queryPairs,
                hasCopySource: isS3 && view.firstHeader(Array("x-amz-copy-source".utf8)) != nil)
            var names = AWSCatalog.shared.actions(of: candidate, request)
            // A browser's form upload has no action of its own in the models.
            if names.isEmpty, isS3, letter == UInt8(ascii: "P"), segments.count == 1 {
                names = [Array("PutObject".utf8)]
            }
            actions += names.map { .named($0) }
        }
        return actions
    }

    /// S3's path with the bucket in front.
    ///
    /// A host that is not AWS's may hold the bucket or not.
    private func bucketPaths(_ path: [[UInt8]], _ view: CallView) -> [[[UInt8]]] {
        if let bucket { return [[bucket] + path] }
        let host = view.facts.host
        guard !hasOwnHost, host.contains("."), !host.contains(":"), !host.allSatisfy({ $0.isNumber || $0 == "." })
        else {
            return [path]
        }
        return [path, [Array("bucket".utf8)] + path]
    }

    private static func letter(_ method: [UInt8]) -> UInt8? {
        switch String(decoding: method, as: UTF8.self) {
        case "GET": UInt8(ascii: "G")
        case "POST": UInt8(ascii: "P")
        case "PUT": UInt8(ascii: "U")
        case "DELETE": UInt8(ascii: "D")
        case "PATCH": UInt8(ascii: "A")
        case "HEAD": UInt8(ascii: "H")
        default: nil
        }
    }

    /// The segments of the path, and of its other spellings where it is not spelled plainly.
    private func paths(_ view: CallView) -> [[[UInt8]]] {
        let path = view.bytes(of: view.facts.path)
        let spelling = PathSpelling(path.span, 0..<path.count)
        let spellings = spelling.isPlain ? [path] : PathExpansion(path).spellings
        var seen: [[[UInt8]]] = []
        for spelling in spellings {
            let segments = spelling.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
            var kept = segments.map { Array($0) }
            if kept.last?.isEmpty == true { kept.removeLast() }
            if !seen.contains(kept) { seen.append(kept) }
        }
        return seen
    }

    // MARK: Errors

    /// The error shape of the protocol that the request speaks.
    func dialect(_ view: CallView) -> ErrorDialect {
        if !targets.isEmpty || view.contentTypes.contains(where: \.isAmazonJSON) { return .awsJSON }
        let services = candidates.map { AWSCatalog.shared.services[$0] }
        // Behind API Gateway stands somebody's own API.
        if services.contains(where: { $0.names.contains { $0.elementsEqual("execute-api".utf8) } }) { return .problem }
        if services.contains(where: \.isS3) { return .s3XML }
        let isForm = view.contentTypes.contains { $0.isForm } || view.queryPairs.contains(Self.action)
        if services.contains(where: { $0.speaks("e") }) { return .ec2XML }
        if services.contains(where: { $0.speaks("q") }), isForm || !services.contains(where: { $0.speaks("rj") }) {
            return .awsXML
        }
        if services.contains(where: { $0.speaks("x") }) { return .s3XML }
        if services.isEmpty, isForm { return .awsXML }
        return .awsJSON
    }
}
