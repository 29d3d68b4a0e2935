complete -c porthole -l config -d 'The config file, in place of the one in the user\'s config folder' -r -F
complete -c porthole -l hidden -d 'Show the tray icon alone, until somebody asks for the window; as at login'
complete -c porthole -l stop-left -d 'What the package does before it is removed: stop desktops of this user\'s that no Porthole watches over'
complete -c porthole -s h -l help -d 'Print help'
complete -c porthole -s V -l version -d 'Print version'
