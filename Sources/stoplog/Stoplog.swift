import ArgumentParser
import GateEngine
import GateStore

/// The command line: each group of commands stands in a file of its own.
@main
struct Stoplog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stoplog",
        abstract:
            "A local gate for outbound HTTP(S) calls: what cannot be undone is blocked, recorded, held or limited.",
        version: versionText,
        subcommands: [
            RunCommand.self, ServeCommand.self, EnvCommand.self, CheckCommand.self, StatusCommand.self,
            ModeCommand.self, LogCommand.self,
            PolicyCommand.self, AuthorityCommand.self, InitCommand.self, SchemaCommand.self,
        ])

    private static var versionText: String {
        """
        stoplog \(BuildVersions.stoplog) (commit \(BuildVersions.commit))
        libcurl  \(BuildVersions.libcurl)
        OpenSSL  \(BuildVersions.openSSL)
        SQLite   \(SQLiteVersion.text)
        libpq    not linked
        """
    }
}
