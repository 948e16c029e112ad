"""LibreOffice's profile for untrusted documents: no macros, no links, no network, no Java, no first-start dialog."""

from xml.sax.saxutils import quoteattr

NEVER = "2"
UNREACHABLE_PORT = "9"
"""The discard port. No program listens on it."""

Setting = tuple[str, str, str]
"""The path of a node in LibreOffice's registry, the name of its property, and the value."""

SETTINGS: tuple[Setting, ...] = (
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", NEVER),
    ("org.openoffice.Office.Calc/Content/Update", "Link", NEVER),
    ("org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    *(
        ("org.openoffice.Inet/Settings", f"ooInet{scheme}Proxy{part}", value)
        for scheme in ("HTTP", "HTTPS", "FTP")
        for part, value in (("Name", "127.0.0.1"), ("Port", UNREACHABLE_PORT))
    ),
)


def profile_settings() -> bytes:
    """The file ``registrymodifications.xcu`` of a new profile."""
    items = "".join(
        f'<item oor:path={quoteattr("/" + path)}><prop oor:name={quoteattr(name)} oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    ).encode()
