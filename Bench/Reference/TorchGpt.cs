using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// The same GPT in libtorch, in its best form: fused attention, fused linear and layer norm, no module calls, intermediates disposed of as soon
/// as a block is done. Weights come by name, from our model.
/// </summary>
sealed class TorchGpt : IDisposable
{
    readonly GptSize _size;
    readonly Dictionary<string, TorchSharp.Modules.Parameter> _weights = [];
    readonly TorchSharp.Modules.Embedding _tokens;

    /// <summary>With the weights of ours.</summary>
    public TorchGpt(GptSize size, IEnumerable<(string Name, Tensor Tensor)> weights)
        : this(size, weights.Select(weight => (weight.Name, Both.Torch(weight.Tensor.ToArray(), weight.Tensor.Shape.AsSpan())))) { }

    /// <summary>With weights of its own, drawn by libtorch.</summary>
    public TorchGpt(GptSize size) : this(size, Names.Shapes(size).Select(weight => (weight.Name, weight.Shape.Length == 1 ? ones(weight.Shape) : randn(weight.Shape).mul_(0.02f)))) { }

    TorchGpt(GptSize size, IEnumerable<(string Name, TorchTensor Values)> weights)
    {
        _size = size;
        foreach (var (name, values) in weights) _weights[name] = new TorchSharp.Modules.Parameter(values);
        // A module only because TorchSharp has no function for it.
        _tokens = nn.Embedding(1, 1);
        _tokens.weight!.Dispose();
        _tokens.weight = _weights[Names.Token];
    }

    public IReadOnlyDictionary<string, TorchSharp.Modules.Parameter> Weights => _weights;

    /// <summary>Training on so many batches in turn.</summary>
    public TorchTraining Training(int batches)
    {
        (TorchTensor Inputs, TorchTensor Targets)[] all = [.. Enumerable.Range(0, batches).Select(number =>
        {
            var (inputs, targets) = _size.DrawBatch((ulong)number);
            return (Both.Torch(inputs, _size.Batch, _size.Context), Both.Torch(targets, _size.Tokens));
        })];
        return new TorchTraining(_weights.Values, AdamSettings.Text, step => Loss(all[step % batches].Inputs, all[step % batches].Targets));
    }

    /// <summary>The mean cross-entropy of a batch: inputs <c>[batch, time]</c>, targets <c>[batch · time]</c>.</summary>
    public TorchTensor Loss(TorchTensor inputs, TorchTensor targets)
    {
        using var scope = NewDisposeScope();
        long batch = inputs.shape[0], time = inputs.shape[1];
        TorchTensor x = Embed(inputs, 0);
        for (int layer = 0; layer < _size.Layers; layer++) x = Block(x, layer, batch, time);
        TorchTensor logits = Logits(x);
        return Functions.cross_entropy(logits.view(-1, _size.Vocabulary), targets).MoveToOuterDisposeScope();
    }

    TorchTensor Embed(TorchTensor tokens, long position)
    {
        using var scope = NewDisposeScope();
        return (_tokens.forward(tokens) + _weights[Names.Position].narrow(0, position, tokens.shape[^1])).MoveToOuterDisposeScope();
    }

    TorchTensor Logits(TorchTensor x)
    {
        using var scope = NewDisposeScope();
        return Functions.linear(Norm(x, Names.FinalNorm), _weights[Names.Token]).MoveToOuterDisposeScope();
    }

    TorchTensor Block(TorchTensor x, int layer, long batch, long time)
    {
        using var scope = NewDisposeScope();
        TorchTensor[] qkv = Linear(Norm(x, Names.Norm1(layer)), Names.Qkv(layer)).split(_size.Width, 2);
        TorchTensor y = Functions.scaled_dot_product_attention(Heads(qkv[0], batch, time), Heads(qkv[1], batch, time), Heads(qkv[2], batch, time), is_casual: true);
        x = x + Linear(y.transpose(1, 2).reshape(batch, time, _size.Width), Names.Projection(layer));
        return Feed(x, layer).MoveToOuterDisposeScope();
    }

    TorchTensor Feed(TorchTensor x, int layer)
    {
        TorchTensor hidden = Linear(Norm(x, Names.Norm2(layer)), Names.Up(layer));
        return x + Linear(Functions.gelu(hidden, TorchSharp.Modules.GELU.Approximate.tanh), Names.Down(layer));
    }

    TorchTensor Heads(TorchTensor x, long batch, long time) => x.view(batch, time, _size.Heads, _size.Width / _size.Heads).transpose(1, 2);

    TorchTensor Norm(TorchTensor x, string name) => Functions.layer_norm(x, [_size.Width], _weights[$"{name}.weight"], _weights.GetValueOrDefault($"{name}.bias"), 1e-5);

    TorchTensor Linear(TorchTensor x, string name) => Functions.linear(x, _weights[$"{name}.weight"], _weights.GetValueOrDefault($"{name}.bias"));

    /// <summary>Keys and values of every layer, <c>[1, heads, context, width / heads]</c>, and how many are in use.</summary>
    public sealed class Cache(GptSize size)
    {
        readonly TorchTensor[] _keys = [.. Enumerable.Range(0, size.Layers).Select(_ => Empty(size))], _values = [.. Enumerable.Range(0, size.Layers).Select(_ => Empty(size))];
        static TorchTensor Empty(GptSize size) => torch.empty(1, size.Heads, size.Context, size.Width / size.Heads);
        public long Length { get; set; }

        internal (TorchTensor Keys, TorchTensor Values) Append(int layer, TorchTensor key, TorchTensor value)
        {
            _keys[layer].narrow(2, Length, 1).copy_(key);
            _values[layer].narrow(2, Length, 1).copy_(value);
            return (_keys[layer].narrow(2, 0, Length + 1), _values[layer].narrow(2, 0, Length + 1));
        }
    }

    /// <summary>The most likely token after <paramref name="token"/>, given what the cache remembers.</summary>
    public int Next(int token, Cache cache)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        TorchTensor x = Embed(tensor([(long)token], [1, 1]), cache.Length);
        for (int layer = 0; layer < _size.Layers; layer++)
        {
            TorchTensor[] qkv = Linear(Norm(x, Names.Norm1(layer)), Names.Qkv(layer)).split(_size.Width, 2);
            var (keys, values) = cache.Append(layer, Heads(qkv[1], 1, 1), Heads(qkv[2], 1, 1));
            TorchTensor y = Functions.scaled_dot_product_attention(Heads(qkv[0], 1, 1), keys, values);
            x = Feed(x + Linear(y.transpose(1, 2).reshape(1, 1, _size.Width), Names.Projection(layer)), layer);
        }
        cache.Length++;
        return (int)Logits(x).argmax().item<long>();
    }

    public void Dispose()
    {
        foreach (var weight in _weights.Values) weight.Dispose();
    }
}

/// <summary>The names of our model's parameters.</summary>
static class Names
{
    public const string Token = "tokens.weight", Position = "positions.weight", FinalNorm = "norm";
    public static string Norm1(int layer) => $"blocks.{layer}.norm1";
    public static string Norm2(int layer) => $"blocks.{layer}.norm2";
    public static string Qkv(int layer) => $"blocks.{layer}.attention.project";
    public static string Projection(int layer) => $"blocks.{layer}.attention.output";
    public static string Up(int layer) => $"blocks.{layer}.feed_forward.expand";
    public static string Down(int layer) => $"blocks.{layer}.feed_forward.contract";

    public static IEnumerable<(string Name, long[] Shape)> Shapes(GptSize size)
    {
        int width = size.Width;
        yield return (Token, [size.Vocabulary, width]);
        yield return (Position, [size.Context, width]);
        for (int layer = 0; layer < size.Layers; layer++)
        {
            yield return ($"{Norm1(layer)}.weight", [width]);
            yield return ($"{Norm2(layer)}.weight", [width]);
            yield return ($"{Qkv(layer)}.weight", [3 * width, width]);
            yield return ($"{Projection(layer)}.weight", [width, width]);
            yield return ($"{Up(layer)}.weight", [4 * width, width]);
            yield return ($"{Down(layer)}.weight", [width, 4 * width]);
        }
        yield return ($"{FinalNorm}.weight", [width]);
    }
}
