import ArgumentParser
import Foundation
import GateEngine

/// `stoplog init`: a commented starter configuration and policy.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Writes a commented starter stoplog.yaml and policies/local.yaml.")

    @Argument(help: ArgumentHelp("The directory (default: this one).", valueName: "dir")) var directory = "."

    func run() throws {
        let base = URL(fileURLWithPath: directory)
        let files = [
            (base.appendingPathComponent("stoplog.yaml"), StarterFiles.configuration),
            (base.appendingPathComponent("policies/local.yaml"), StarterFiles.policy),
        ]
        for (url, _) in files where FileManager.default.fileExists(atPath: url.path) {
            throw Ending.because(Ending.negative, "\(url.relativePath) exists; nothing was written")
        }
        do {
            let policies = base.appendingPathComponent("policies")
            try FileManager.default.createDirectory(at: policies, withIntermediateDirectories: true)
            for (url, text) in files {
                try Data(text.utf8).write(to: url, options: .withoutOverwriting)
                Output.line("wrote \(url.relativePath)")
            }
        } catch {
            throw Ending.because(Ending.negative, "cannot write to \(directory): \(error.localizedDescription)")
        }
    }
}

/// What `init` writes.
enum StarterFiles {
    static let configuration = """
        # The gate's configuration. Every key is optional; what is commented out shows the default.
        # `stoplog check` tests it; `stoplog schema config` gives editors its schema.
        version: 1

        # The environment names the mode: production is live, all others record irreversible calls
        # and answer them with a synthetic success (dry-run).
        environment: development
        # environments:
        #   staging: { mode: dry-run, strict: true }   # strict: what no rule knows is irreversible
        #   production: { mode: live }

        # Judged in this order; names are built-in packs, `default` is always last.
        policies: [./policies/local.yaml, stripe, default]

        # listen: 127.0.0.1:4780
        # admin: { listen: 127.0.0.1:4781 }

        # tls:
        #   passthrough: ["*.pinned.example"]         # hosts whose clients pin a certificate

        # journal:
        #   calls: unclassified                       # irreversible | unclassified | all
        #   body_limit: 64KiB
        #   retention: 30d
        #   redact: { headers: [authorization], json: [/card/number] }

        # upstream:
        #   connect_timeout: 5s
        #   timeout: 600s                             # until the head of the answer
        #   idle_timeout: 60s                         # between two bytes
        #   reroute: { "https://api.stripe.com": "http://127.0.0.1:12111" }

        """

    static let policy = """
        # Your own rules, judged before the built-in packs: the first match wins.
        # `stoplog policy check` finds faults, `stoplog policy test` runs the tests below.
        policy: local
        description: Rules of this project.

        rules:
          - id: send-invoice
            match: { host: billing.example.com, method: POST, path: "/invoices/*/send" }
            class: irreversible
            kind: message
            respond: { status: 202, json: { id: "{{id}}", dry_run: true } }

          - id: search
            match: { host: billing.example.com, method: POST, path: /search }
            class: safe

        tests:
          - { call: "POST https://billing.example.com/invoices/42/send", expect: { class: irreversible, rule: local/send-invoice } }
          - { call: "POST https://billing.example.com/search", expect: { class: safe } }

        """
}
