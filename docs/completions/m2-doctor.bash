# bash completion for m2-doctor
_m2_doctor()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    case $prev in
    --snapshot)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --template)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --save-snapshot)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --compare)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --watch)
        return
        ;;
    --bundle)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --since)
        return
        ;;
    --expect-account)
        return
        ;;
    --vpc)
        return
        ;;
    --subnet)
        return
        ;;
    --security-group)
        return
        ;;
    --assign-public-ip)
        COMPREPLY=($(compgen -W 'yes no' -- "$cur"))
        return
        ;;
    --lambda-image)
        return
        ;;
    --fargate-image)
        return
        ;;
    --only)
        return
        ;;
    --skip)
        return
        ;;
    --explain)
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
        COMPREPLY=($(compgen -W '--snapshot --template --save-snapshot --compare --watch --bundle --no-redact --since --expect-account --vpc --subnet --security-group --assign-public-ip --lambda-image --fargate-image --only --skip --list-checks --explain --email --password-stdin --token-stdin --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' -- "$cur"))
    fi
}
complete -F _m2_doctor m2-doctor
