#!/bin/sh
# What VS Code needs besides the package: its own packages, and those that are built from C++ with the headers of Node.
set -eu
npm_config_nodedir=$(node -p "require('path').dirname(require('path').dirname(process.execPath))")
export npm_config_nodedir npm_config_build_from_source=true
npm rebuild argon2
cd node_modules/code-server/lib/vscode
npm install --legacy-peer-deps --omit=dev --ignore-scripts --no-audit --no-fund
npm rebuild @vscode/spdlog native-watchdog node-pty
