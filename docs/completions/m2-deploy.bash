# bash completion for m2-deploy
_m2_deploy()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    case $prev in
    --canary-timeout)
        return
        ;;
    --allow-replace)
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
    --image-tag)
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
    --external-id)
        return
        ;;
    --parameter)
        return
        ;;
    --tag)
        return
        ;;
    --template)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --env-file)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --alias)
        return
        ;;
    --email)
        return
        ;;
    --password)
        return
        ;;
    --stack-name)
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
        COMPREPLY=($(compgen -W 'text json' -- "$cur"))
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
        COMPREPLY=($(compgen -W '--yes --dry-run --update --resume --detach --no-register --no-rollback --canary --canary-timeout --allow-replace --print-template --vpc --subnet --security-group --assign-public-ip --lambda-image --fargate-image --image-tag --data-bucket --results-bucket --failed-bucket --external-id --parameter --tag --template --env-file --alias --email --password-stdin --token-stdin --password --stack-name --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' -- "$cur"))
    fi
}
complete -F _m2_deploy m2-deploy
