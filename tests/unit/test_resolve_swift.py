"""Swift: modules by manifest or folder; what they share and what they import."""

from __future__ import annotations

from indexed import index_of


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


_PACKAGE = """
    //- /Package.swift
    // swift-tools-version:5.9
    let package = Package(name: "Net", targets: [
        .target(name: "Net", path: "Source"),
        .target(name: "Core-Kit"),
        .testTarget(name: "NetTests", dependencies: ["Net"]),
    ])
    //- /Source/Session.swift
    import Foundation
    import Core_Kit
    /// Not a `Logger`.
    open class Session: Client {
        let name = "Logger"
        let level = "\\(defaultLevel)"
        func run() { start(at: .now); Logger.shared.log() }
    }
    //- /Source/Logger.swift
    final class Logger { static let shared = Logger(); func log() {} }
    let defaultLevel = 1
    //- /Source/Session+Retry.swift
    extension Session { func retry() {} ; var isIdle: Bool { true } }
    extension URL { func pinged() -> URL { self } }
    //- /Source/Use.swift
    func use(session: Session, url: URL) { session.retry(); url.pinged() }
    //- /Source/Own.swift
    struct Own { func log() {} ; func retry() { self.log() } }
    //- /Sources/Core-Kit/Client.swift
    @_exported import Basics
    public protocol Client { func start() }
    public func start(at: Int) {}
    //- /Sources/Basics/Base.swift
    public struct Base {}
    //- /Tests/NetTests/SessionTests.swift
    @testable import Net
    import struct Missing.Thing
    final class SessionTests { let session = Session(); let client: Client? = nil }
    //- /Source/Based.swift
    import Core_Kit
    let base = Base()
    //- /Example/App/Main.swift
    import Net
    let logger = Logger()
    let helper = Helper()
    //- /Example/App/Helper.swift
    struct Helper { let sessions: [Session] }
"""


def test_a_module_sees_itself_and_what_it_imports() -> None:
    """Comments and plain strings use nothing; what a string reads is used."""
    assert edges(_PACKAGE, "Source/Session.swift") == {
        "Source/Logger.swift": ("Logger", "defaultLevel"),
        "Sources/Core-Kit/Client.swift": ("Client", "start"),
    }


def test_members_of_extensions() -> None:
    """`retry` is some other type's member as well: nobody can tell whose is called."""
    assert edges(_PACKAGE, "Source/Use.swift") == {
        "Source/Session+Retry.swift": ("pinged",),
        "Source/Session.swift": ("Session",),
    }


def test_tests_and_other_folders_are_modules_of_their_own() -> None:
    assert edges(_PACKAGE, "Tests/NetTests/SessionTests.swift") == {
        "Source/Session.swift": ("Session",),
    }
    assert edges(_PACKAGE, "Example/App/Main.swift") == {
        "Example/App/Helper.swift": ("Helper",),
        "Source/Logger.swift": ("Logger",),
    }
    assert edges(_PACKAGE, "Example/App/Helper.swift") == {}
    assert edges(_PACKAGE, "Source/Own.swift") == {}


def test_a_module_may_pass_another_on() -> None:
    assert edges(_PACKAGE, "Source/Based.swift") == {"Sources/Basics/Base.swift": ("Base",)}
