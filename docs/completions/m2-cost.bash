# bash completion for m2-cost
_m2_cost()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    case $prev in
    --vcpu)
        return
        ;;
    --memory-gb)
        return
        ;;
    --duration)
        return
        ;;
    --platform)
        COMPREPLY=($(compgen -W 'fargate fargate-spot lambda' -- "$cur"))
        return
        ;;
    --arch)
        COMPREPLY=($(compgen -W 'x86_64 arm64' -- "$cur"))
        return
        ;;
    --ephemeral-gb)
        return
        ;;
    --jobs)
        return
        ;;
    --input-mb)
        return
        ;;
    --output-mb)
        return
        ;;
    --log-mb)
        return
        ;;
    --keep-days)
        return
        ;;
    --transitions)
        return
        ;;
    --requests)
        return
        ;;
    --public-ip)
        COMPREPLY=($(compgen -W 'yes no' -- "$cur"))
        return
        ;;
    --endpoints)
        return
        ;;
    --zones)
        return
        ;;
    --image-gb)
        return
        ;;
    --image-region)
        return
        ;;
    --scaling)
        return
        ;;
    --per-job)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --max-bad)
        return
        ;;
    --threads)
        return
        ;;
    --since)
        return
        ;;
    --snapshot)
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
    --months)
        return
        ;;
    --trials)
        return
        ;;
    --seed)
        return
        ;;
    --expected)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --tag)
        return
        ;;
    --job-tag)
        return
        ;;
    --tolerance)
        return
        ;;
    --prices)
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --without)
        COMPREPLY=($(compgen -W 'ephemeral-storage public-ip requests selector transitions logs s3 nat endpoints image-transfer transfer-out' -- "$cur"))
        return
        ;;
    --budget)
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
        COMPREPLY=($(compgen -W 'text markdown html csv json' -- "$cur"))
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
    local command= value= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == = ]]; then
            value=1
            continue
        elif [[ $value ]]; then
            value=
            continue
        fi
        case ${COMP_WORDS[i]} in
        --vcpu | --memory-gb | --duration | --platform | --arch | --ephemeral-gb | --jobs | --input-mb | --output-mb | --log-mb | --keep-days | --transitions | --requests | --public-ip | --endpoints | --zones | --image-gb | --image-region | --scaling | --per-job | --max-bad | --threads | --since | --snapshot | --save-snapshot | --months | --trials | --seed | --expected | --tag | --job-tag | --tolerance | --prices | --without | --budget | --profile | --region | --stack | --endpoint-url | --api-url | --format | --output | --color | --timeout) value=1 ;;
        -*) ;;
        *)
            command=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    local options='--prices --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version'
    case $command in
    estimate) options='--vcpu --memory-gb --duration --platform --arch --ephemeral-gb --jobs --input-mb --output-mb --log-mb --keep-days --transitions --requests --public-ip --nat --endpoints --zones --image-gb --image-region --prices --without --budget --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' ;;
    compare) options='--vcpu --memory-gb --duration --platform --arch --ephemeral-gb --jobs --input-mb --output-mb --log-mb --keep-days --transitions --requests --public-ip --nat --endpoints --image-gb --image-region --scaling --prices --without --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' ;;
    jobs) options='--per-job --max-bad --threads --prices --without --budget --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' ;;
    history) options='--per-job --since --snapshot --save-snapshot --no-redact --prices --without --budget --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' ;;
    forecast) options='--max-bad --since --snapshot --save-snapshot --no-redact --history --months --trials --seed --prices --without --budget --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' ;;
    reconcile) options='--max-bad --since --snapshot --save-snapshot --no-redact --history --expected --tag --job-tag --tolerance --prices --without --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' ;;
    prices) options='--prices --update --profile --region --stack --endpoint-url --api-url --format --output --color --quiet --verbose --timeout --strict --explain-config --help --version' ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
    elif [[ ! $command ]]; then
        COMPREPLY=($(compgen -W 'estimate compare jobs history forecast reconcile prices' -- "$cur"))
    elif [[ $command == @(jobs|forecast|reconcile) ]]; then
        compopt -o filenames 2>/dev/null
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$cur"))
    fi
}
complete -F _m2_cost m2-cost
