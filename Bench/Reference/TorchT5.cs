using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// The same T5 (version 1.0) in libtorch, in its best form: packed projections, fused linear, fused attention where scores have no bias that is learned
/// (elsewhere libtorch's own falls apart into the products written here), no module calls. TorchSharp has no RMS norm: four functions, as in ours composed.
/// Weights come by name, from our model.
/// </summary>
sealed class TorchT5 : IDisposable
{
    const string Model = "model.";

    readonly T5Size _batch;
    readonly T5.Config _size;
    readonly Dictionary<string, TorchSharp.Modules.Parameter> _weights;
    readonly TorchSharp.Modules.Embedding _tokens;
    readonly Dictionary<(long Time, bool Decoder), (TorchTensor Buckets, TorchTensor? Future)> _pairs = [];

    public TorchT5(T5Size size, TextToText ours)
    {
        (_batch, _size) = (size, size.Config);
        _weights = ours.NamedTensors().ToDictionary(weight => weight.Name[Model.Length..],
            weight => new TorchSharp.Modules.Parameter(Both.Torch(weight.Tensor.ToArray(), weight.Tensor.Shape.AsSpan())));
        // A module only because TorchSharp has no function for it.
        _tokens = nn.Embedding(1, 1);
        _tokens.weight!.Dispose();
        _tokens.weight = _weights["tokens.weight"];
    }

    /// <summary>Training on so many batches in turn.</summary>
    public TorchTraining Training(int batches)
    {
        (TorchTensor Inputs, TorchTensor Written, TorchTensor Targets)[] all = [.. Enumerable.Range(0, batches).Select(number =>
        {
            var (inputs, targets, written) = _batch.DrawBatch((ulong)number);
            return (Both.Torch(inputs, _batch.Batch, _batch.Inputs), Both.Torch(written, _batch.Batch, _batch.Targets), Both.Torch(targets, targets.Length));
        })];
        return new TorchTraining(_weights.Values, AdamSettings.Text, step => Loss(all[step % batches].Inputs, all[step % batches].Written, all[step % batches].Targets));
    }

    /// <summary>The mean cross-entropy of a batch: inputs <c>[batch, length]</c>, written and targets <c>[batch, time]</c>, targets flat.</summary>
    public TorchTensor Loss(TorchTensor inputs, TorchTensor written, TorchTensor targets)
    {
        using var scope = NewDisposeScope();
        TorchTensor memory = Stack("encoder", inputs, null), features = Stack("decoder", written, memory) * Math.Pow(_size.Width, -0.5);
        TorchTensor logits = Functions.linear(features, _weights["tokens.weight"]);
        return Functions.cross_entropy(logits.view(-1, _size.Vocabulary), targets).MoveToOuterDisposeScope();
    }

    TorchTensor Stack(string name, TorchTensor tokens, TorchTensor? memory)
    {
        TorchTensor x = Drop(_tokens.forward(tokens)), bias = Bias(name, tokens.shape[1], memory is not null);
        for (int layer = 0; layer < _size.Layers; layer++) x = Block(x, $"{name}.blocks.{layer}", bias, memory);
        return Drop(Norm(x, $"{name}.norm"));
    }

    // [heads, time, time]: the table's rows, and minus infinity where a decoder must not look.
    TorchTensor Bias(string name, long time, bool decoder)
    {
        if (!_pairs.TryGetValue((time, decoder), out var pairs))
        {
            long[] buckets = [.. Enumerable.Range(0, (int)(time * time))
                .Select(pair => (long)RelativeBias.Bucket((int)(pair % time - pair / time), !decoder, _size.Buckets, _size.MaxDistance))];
            using var kept = NewDisposeScope();
            pairs = (tensor(buckets).DetachFromDisposeScope(), decoder ? full([time, time], float.NegativeInfinity).triu(1).DetachFromDisposeScope() : null);
            _pairs[(time, decoder)] = pairs;
        }
        TorchTensor bias = _weights[$"{name}.relative_bias.weight"].index_select(0, pairs.Buckets).view(time, time, _size.Heads).permute(2, 0, 1).contiguous();
        return pairs.Future is { } future ? bias + future : bias;
    }

    TorchTensor Block(TorchTensor x, string name, TorchTensor bias, TorchTensor? memory)
    {
        using var scope = NewDisposeScope();
        long inner = _size.Heads * _size.HeadWidth;
        TorchTensor[] qkv = Linear(Norm(x, $"{name}.norm1"), $"{name}.attention.project").split(inner, 2);
        TorchTensor scores = Heads(qkv[0]).matmul(Heads(qkv[1]).transpose(-2, -1)) + bias;
        x = x + Drop(Linear(Joined(Drop(Functions.softmax(scores, -1)).matmul(Heads(qkv[2]))), $"{name}.attention.output"));
        if (memory is not null)
        {
            TorchTensor[] kv = Linear(memory, $"{name}.cross.memory").split(inner, 2);
            TorchTensor query = Linear(Norm(x, $"{name}.cross_norm"), $"{name}.cross.query") * Math.Sqrt(_size.HeadWidth);       // which it divides by
            x = x + Drop(Linear(Joined(Functions.scaled_dot_product_attention(Heads(query), Heads(kv[0]), Heads(kv[1]), p: _size.Dropout)), $"{name}.cross.output"));
        }
        TorchTensor hidden = Drop(Functions.relu(Linear(Norm(x, $"{name}.norm2"), $"{name}.feed_forward.expand")));
        return (x + Drop(Linear(hidden, $"{name}.feed_forward.contract"))).MoveToOuterDisposeScope();
    }

    TorchTensor Drop(TorchTensor x) => _size.Dropout > 0 ? Functions.dropout(x, _size.Dropout, training: true) : x;

    TorchTensor Heads(TorchTensor x) => x.view(x.shape[0], x.shape[1], _size.Heads, _size.HeadWidth).transpose(1, 2);

    TorchTensor Joined(TorchTensor x) => x.transpose(1, 2).reshape(x.shape[0], x.shape[2], _size.Heads * _size.HeadWidth);

    TorchTensor Norm(TorchTensor x, string name) => x * x.square().mean([-1], keepdim: true).add_(_size.Epsilon).rsqrt() * _weights[$"{name}.weight"];

    TorchTensor Linear(TorchTensor x, string name) => Functions.linear(x, _weights[$"{name}.weight"]);

    public void Dispose()
    {
        foreach (var weight in _weights.Values) weight.Dispose();
        foreach (var pairs in _pairs.Values)
        {
            pairs.Buckets.Dispose();
            pairs.Future?.Dispose();
        }
    }
}
