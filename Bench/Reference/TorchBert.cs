using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// The same BERT, with its head of masked words, in libtorch, in its best form: fused attention, fused linear and layer norm, only the chosen rows
/// go to the head, no module calls, intermediates disposed of as soon as a block is done. Weights come by name, from our objective.
/// </summary>
sealed class TorchBert : IDisposable
{
    const string Encoder = "encoder.", Head = "head.";

    readonly BertSize _size;
    readonly Dictionary<string, TorchSharp.Modules.Parameter> _weights;
    readonly TorchSharp.Modules.Embedding _tokens;

    public TorchBert(BertSize size, IEnumerable<(string Name, Tensor Tensor)> weights)
    {
        _size = size;
        _weights = weights.ToDictionary(weight => weight.Name,
            weight => new TorchSharp.Modules.Parameter(Both.Torch(weight.Tensor.ToArray(), weight.Tensor.Shape.AsSpan())));
        // A module only because TorchSharp has no function for it.
        _tokens = nn.Embedding(1, 1);
        _tokens.weight!.Dispose();
        _tokens.weight = _weights[$"{Encoder}{Names.Token}"];
    }

    public IReadOnlyDictionary<string, TorchSharp.Modules.Parameter> Weights => _weights;

    /// <summary>Training on so many batches in turn.</summary>
    public TorchTraining Training(int batches)
    {
        (TorchTensor Tokens, TorchTensor Places, TorchTensor Words)[] all = [.. Enumerable.Range(0, batches).Select(number =>
        {
            var (tokens, places, words) = _size.DrawBatch((ulong)number);
            return (Both.Torch(tokens, _size.Batch, _size.Context), Both.Torch(places, _size.Masked), Both.Torch(words, _size.Masked));
        })];
        return new TorchTraining(_weights.Values, AdamSettings.Text, step => Loss(all[step % batches].Tokens, all[step % batches].Places, all[step % batches].Words));
    }

    /// <summary>The mean cross-entropy of the masked words.</summary>
    /// <param name="tokens"><c>[batch, time]</c></param>
    /// <param name="places">Of all rows in a line, <c>[masked]</c>.</param>
    /// <param name="words"><c>[masked]</c></param>
    public TorchTensor Loss(TorchTensor tokens, TorchTensor places, TorchTensor words)
    {
        using var scope = NewDisposeScope();
        TorchTensor rows = Features(tokens, training: true).view(-1, _size.Width).index_select(0, places);
        TorchTensor hidden = Norm(Functions.gelu(Linear(rows, $"{Head}dense")), $"{Head}norm");
        TorchTensor logits = Functions.linear(hidden, _weights[$"{Encoder}{Names.Token}"], _weights[$"{Head}bias"]);
        return Functions.cross_entropy(logits, words).MoveToOuterDisposeScope();
    }

    /// <summary>What the encoder makes of every token, <c>[batch, time, width]</c>.</summary>
    public TorchTensor Features(TorchTensor tokens, bool training)
    {
        using var scope = NewDisposeScope();
        long batch = tokens.shape[0], time = tokens.shape[1];
        TorchTensor x = _tokens.forward(tokens) + _weights[$"{Encoder}{Names.Position}"].narrow(0, 0, time) + _weights[$"{Encoder}segments.weight"].narrow(0, 0, 1);
        x = Drop(Norm(x, $"{Encoder}norm"), training);
        for (int layer = 0; layer < _size.Layers; layer++) x = Block(x, layer, batch, time, training);
        return x.MoveToOuterDisposeScope();
    }

    TorchTensor Block(TorchTensor x, int layer, long batch, long time, bool training)
    {
        using var scope = NewDisposeScope();
        TorchTensor[] qkv = Linear(x, Encoder + Names.Qkv(layer)).split(_size.Width, 2);
        TorchTensor y = Functions.scaled_dot_product_attention(Heads(qkv[0], batch, time), Heads(qkv[1], batch, time), Heads(qkv[2], batch, time), p: training ? _size.Dropout : 0);
        x = Norm(x + Drop(Linear(y.transpose(1, 2).reshape(batch, time, _size.Width), Encoder + Names.Projection(layer)), training), Encoder + Names.Norm1(layer));
        TorchTensor hidden = Functions.gelu(Linear(x, Encoder + Names.Up(layer)));
        return Norm(x + Drop(Linear(hidden, Encoder + Names.Down(layer)), training), Encoder + Names.Norm2(layer)).MoveToOuterDisposeScope();
    }

    TorchTensor Drop(TorchTensor x, bool training) => training && _size.Dropout > 0 ? Functions.dropout(x, _size.Dropout, training: true) : x;

    TorchTensor Heads(TorchTensor x, long batch, long time) => x.view(batch, time, _size.Heads, _size.Width / _size.Heads).transpose(1, 2);

    TorchTensor Norm(TorchTensor x, string name) => Functions.layer_norm(x, [_size.Width], _weights[$"{name}.weight"], _weights[$"{name}.bias"], 1e-12);

    TorchTensor Linear(TorchTensor x, string name) => Functions.linear(x, _weights[$"{name}.weight"], _weights[$"{name}.bias"]);

    public void Dispose()
    {
        foreach (var weight in _weights.Values) weight.Dispose();
    }
}
