# Lets uv use the package index that pip is configured for. Sourced by setup.sh.

# A value of pip's configuration, "" if it has none; the environment comes before files.
pip_setting() {
    .venv/bin/python -m pip config list 2>/dev/null |
        sed -n "s/^:env:\.$1='\(.*\)'\$/0 \1/p; s/^install\.$1='\(.*\)'\$/1 \1/p; s/^global\.$1='\(.*\)'\$/2 \1/p" |
        sort -n | head -n 1 | cut -c 3- | sed 's/\\n/ /g'
}

# Sets the variable $1, unless it is set, to pip's setting $2, if there is one.
take_from_pip() {
    eval "current=\${$1:-}"
    value=$(pip_setting "$2")
    if [ -z "$current" ] && [ -n "$value" ]; then
        export "$1=$value"
    fi
}

# Runs uv with pip's index, further indexes, folders and certificates where uv's own are not set. The hashes
# in the lock decide what is installed, so looking through all indexes is safe.
with_pip_index() (
    take_from_pip UV_DEFAULT_INDEX index-url
    take_from_pip UV_INDEX extra-index-url
    take_from_pip UV_FIND_LINKS find-links
    take_from_pip SSL_CERT_FILE cert
    export UV_INDEX_STRATEGY=unsafe-best-match
    "$@"
)
