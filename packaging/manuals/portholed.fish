# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_portholed_global_optspecs
    string join \n unix-target= config= instance= token-plugin= token-source= target-config= cert= key= ssl-only web= index allow-host= allow-origin= trusted-proxy= frame-ancestor= heartbeat= 6/prefer-ipv6 max-sessions= D/daemon log-file= v/verbose libserver file-only no-parent detached stop-left h/help V/version
end

function __fish_portholed_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_portholed_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_portholed_using_subcommand
    set -l cmd (__fish_portholed_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c portholed -n "__fish_portholed_needs_command" -l unix-target -d 'The Unix socket to relay to, in place of a target' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_needs_command" -l token-plugin -d 'How tokens are looked up: TokenFile or ReadOnlyTokenFile' -r
complete -c portholed -n "__fish_portholed_needs_command" -l token-source -d 'File with lines `token: host:port`, or a folder of such files' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l target-config -d 'websockify\'s older way to name a token file' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l cert -d 'Speak https as well as http, with this certificate and those that vouch for it (PEM); a renewed one is taken up' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l key -d 'The certificate\'s private key, if it is not in the same file' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l web -d 'Serve this folder in place of the viewer that is built in' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l allow-host -d 'Answer only to this Host name and to this machine\'s own (may be repeated)' -r
complete -c portholed -n "__fish_portholed_needs_command" -l allow-origin -d 'Let only pages of this origin and our own connect, as https://desk.example.org (may be repeated)' -r
complete -c portholed -n "__fish_portholed_needs_command" -l trusted-proxy -d 'Believe this reverse proxy, an address or a network like 10.0.0.0/8, when it says for whom it connects: by X-Forwarded-For, Forwarded or the PROXY protocol (may be repeated)' -r
complete -c portholed -n "__fish_portholed_needs_command" -l frame-ancestor -d 'Let pages of this origin show the viewer in a frame, as https://portal.example.org (may be repeated)' -r
complete -c portholed -n "__fish_portholed_needs_command" -l heartbeat -d 'Ping viewers this often, so that no proxy cuts idle ones; 0: never [default: 20]' -r
complete -c portholed -n "__fish_portholed_needs_command" -l max-sessions -d 'How many sessions a target may have at a time [default: 128]' -r
complete -c portholed -n "__fish_portholed_needs_command" -l log-file -d 'Log to this file in place of standard error; SIGHUP opens it anew' -r -F
complete -c portholed -n "__fish_portholed_needs_command" -l ssl-only -d 'Speak https alone'
complete -c portholed -n "__fish_portholed_needs_command" -l index -d 'List all targets with their links at `/`, for everybody who can reach it'
complete -c portholed -n "__fish_portholed_needs_command" -s 6 -l prefer-ipv6 -d 'Of a name to listen on that has IPv6 addresses, take those alone'
complete -c portholed -n "__fish_portholed_needs_command" -s D -l daemon -d 'Run in the background, once it listens'
complete -c portholed -n "__fish_portholed_needs_command" -s v -l verbose -d 'Log more; twice for still more'
complete -c portholed -n "__fish_portholed_needs_command" -l libserver -d 'websockify\'s other server engine: there is one here'
complete -c portholed -n "__fish_portholed_needs_command" -l file-only -d 'Folders are never listed here'
complete -c portholed -n "__fish_portholed_needs_command" -l no-parent -d 'Nothing above the folder is ever served here'
complete -c portholed -n "__fish_portholed_needs_command" -l detached -d 'What the process in the background is started with by the one that was called'
complete -c portholed -n "__fish_portholed_needs_command" -l stop-left -d 'What the package does before it is removed: stop desktops of this user\'s that no Porthole watches over'
complete -c portholed -n "__fish_portholed_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portholed -n "__fish_portholed_needs_command" -s V -l version -d 'Print version'
complete -c portholed -n "__fish_portholed_needs_command" -a "status" -d 'Tell how the displays fare, and whether each can be opened'
complete -c portholed -n "__fish_portholed_needs_command" -a "start" -d 'Start a display, and wait until viewers can connect'
complete -c portholed -n "__fish_portholed_needs_command" -a "stop" -d 'Stop a display with all that runs in it; at a terminal, after a question'
complete -c portholed -n "__fish_portholed_needs_command" -a "restart" -d 'Stop a display, and start it again; at a terminal, after a question'
complete -c portholed -n "__fish_portholed_needs_command" -a "stop-all" -d 'Stop all displays that were launched; at a terminal, after a question'
complete -c portholed -n "__fish_portholed_needs_command" -a "link" -d 'Make a link to a display, and print it'
complete -c portholed -n "__fish_portholed_needs_command" -a "links" -d 'List the links that work, and those of displays that have left the config'
complete -c portholed -n "__fish_portholed_needs_command" -a "revoke" -d 'End a link, or all links of a display, and the sessions that they opened'
complete -c portholed -n "__fish_portholed_needs_command" -a "sessions" -d 'List who is connected'
complete -c portholed -n "__fish_portholed_needs_command" -a "disconnect" -d 'End a session'
complete -c portholed -n "__fish_portholed_needs_command" -a "rights" -d 'Change what the viewer of a session may do'
complete -c portholed -n "__fish_portholed_needs_command" -a "visitors" -d 'List the visitors who wait to be let in'
complete -c portholed -n "__fish_portholed_needs_command" -a "answer" -d 'Answer a visitor who waits'
complete -c portholed -n "__fish_portholed_needs_command" -a "history" -d 'List who came and went in the last 30 days'
complete -c portholed -n "__fish_portholed_needs_command" -a "doctor" -d 'Find what keeps links from working and say what to do; changes nothing'
complete -c portholed -n "__fish_portholed_needs_command" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c portholed -n "__fish_portholed_using_subcommand status" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand status" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand status" -l json -d 'As JSON, for programs'
complete -c portholed -n "__fish_portholed_using_subcommand status" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand start" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand start" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand start" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand stop" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand stop" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand stop" -s y -l yes -d 'Do not ask'
complete -c portholed -n "__fish_portholed_using_subcommand stop" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand restart" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand restart" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand restart" -s y -l yes -d 'Do not ask'
complete -c portholed -n "__fish_portholed_using_subcommand restart" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand stop-all" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand stop-all" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand stop-all" -s y -l yes -d 'Do not ask'
complete -c portholed -n "__fish_portholed_using_subcommand stop-all" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand link" -l for -d 'How long it works: 30m, 1h, 7d or forever' -r
complete -c portholed -n "__fish_portholed_using_subcommand link" -l address -d 'The address or name of this machine that the link is to begin with' -r
complete -c portholed -n "__fish_portholed_using_subcommand link" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand link" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand link" -l view -d 'Visitors may only view the display'
complete -c portholed -n "__fish_portholed_using_subcommand link" -l control -d 'Visitors may use keyboard, pointer and clipboard'
complete -c portholed -n "__fish_portholed_using_subcommand link" -l once -d 'It opens one session, and then no other'
complete -c portholed -n "__fish_portholed_using_subcommand link" -l ask -d 'Ask about every visitor; see `portholed visitors`'
complete -c portholed -n "__fish_portholed_using_subcommand link" -l pin -d 'Visitors have to type a PIN, which is printed below the link'
complete -c portholed -n "__fish_portholed_using_subcommand link" -l json -d 'As JSON, for programs'
complete -c portholed -n "__fish_portholed_using_subcommand link" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand links" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand links" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand links" -l json -d 'As JSON, for programs'
complete -c portholed -n "__fish_portholed_using_subcommand links" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand revoke" -l all -d 'End all links of this display' -r
complete -c portholed -n "__fish_portholed_using_subcommand revoke" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand revoke" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand revoke" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand sessions" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand sessions" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand sessions" -l json -d 'As JSON, for programs'
complete -c portholed -n "__fish_portholed_using_subcommand sessions" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand disconnect" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand disconnect" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand disconnect" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand rights" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand rights" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand rights" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portholed -n "__fish_portholed_using_subcommand visitors" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand visitors" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand visitors" -l json -d 'As JSON, for programs'
complete -c portholed -n "__fish_portholed_using_subcommand visitors" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand answer" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand answer" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand answer" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c portholed -n "__fish_portholed_using_subcommand history" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand history" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand history" -l json -d 'As JSON, for programs'
complete -c portholed -n "__fish_portholed_using_subcommand history" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand doctor" -l token-source -d 'A websockify token file, or a folder of such files, to check, with its targets' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand doctor" -l config -d 'Config file, in place of the one in the config folder' -r -F
complete -c portholed -n "__fish_portholed_using_subcommand doctor" -l instance -d 'Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`' -r
complete -c portholed -n "__fish_portholed_using_subcommand doctor" -l json -d 'As JSON, for programs'
complete -c portholed -n "__fish_portholed_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "status" -d 'Tell how the displays fare, and whether each can be opened'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "start" -d 'Start a display, and wait until viewers can connect'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "stop" -d 'Stop a display with all that runs in it; at a terminal, after a question'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "restart" -d 'Stop a display, and start it again; at a terminal, after a question'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "stop-all" -d 'Stop all displays that were launched; at a terminal, after a question'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "link" -d 'Make a link to a display, and print it'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "links" -d 'List the links that work, and those of displays that have left the config'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "revoke" -d 'End a link, or all links of a display, and the sessions that they opened'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "sessions" -d 'List who is connected'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "disconnect" -d 'End a session'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "rights" -d 'Change what the viewer of a session may do'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "visitors" -d 'List the visitors who wait to be let in'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "answer" -d 'Answer a visitor who waits'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "history" -d 'List who came and went in the last 30 days'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "doctor" -d 'Find what keeps links from working and say what to do; changes nothing'
complete -c portholed -n "__fish_portholed_using_subcommand help; and not __fish_seen_subcommand_from status start stop restart stop-all link links revoke sessions disconnect rights visitors answer history doctor help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
