# bash completion for m2-register
_m2_register()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    case $prev in
    --unregister)
        return
        ;;
    --confirm)
        return
        ;;
    --app-name)
        return
        ;;
    --mode)
        COMPREPLY=($(compgen -W 'mode_1 mode_2' -- "$cur"))
        return
        ;;
    --alias)
        return
        ;;
    --account-id)
        return
        ;;
    --state-machine-arn)
        return
        ;;
    --data-bucket)
        return
        ;;
    --results-bucket)
        return
        ;;
    --failed-bucket)
        return
        ;;
    --cross-account-role-arn)
        return
        ;;
    --external-id)
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
        COMPREPLY=($(compgen -W 'text json github' -- "$cur"))
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
        COMPREPLY=($(compgen -W '--dry-run --list --unregister --confirm --app-name --mode --alias --account-id --state-machine-arn --data-bucket --results-bucket --failed-bucket --cross-account-role-arn --external-id --email --password-stdin --token-stdin --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' -- "$cur"))
    fi
}
complete -F _m2_register m2-register
