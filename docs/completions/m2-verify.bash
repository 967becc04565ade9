# bash completion for m2-verify
_m2_verify()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    case $prev in
    --wait)
        return
        ;;
    --expect)
        return
        ;;
    --task)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --canary-timeout)
        return
        ;;
    --email)
        return
        ;;
    --profile)
        return
        ;;
    --region)
        return
        ;;
    --stack)
        return
        ;;
    --endpoint-url)
        return
        ;;
    --api-url)
        return
        ;;
    --format)
        COMPREPLY=($(compgen -W 'text json markdown html junit github' -- "$cur"))
        return
        ;;
    --output)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --color)
        COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
        return
        ;;
    --timeout)
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--wait --expect --skip-brain --canary --task --canary-timeout --keep --email --password-stdin --token-stdin --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' -- "$cur"))
    fi
}
complete -F _m2_verify m2-verify
