using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// The same BERT, with its heads, in libtorch, in its best form: fused attention, fused linear and layer norm, only the chosen rows
/// go to the head, no module calls, intermediates disposed of as soon as a block is done. Weights come by name, from our objective.
/// </summary>
sealed class TorchBert : IDisposable
{
    const string Encoder = "encoder.", Head = "head.";

    readonly BertSize _size;
    readonly Dictionary<string, TorchSharp.Modules.Parameter> _weights;
    readonly TorchSharp.Modules.Embedding _tokens, _segments;

    public TorchBert(BertSize size, Objective ours)
    {
        _size = size;
        _weights = ours.NamedTensors().ToDictionary(weight => weight.Name, weight => new TorchSharp.Modules.Parameter(Both.Torch(weight.Tensor.ToArray(), weight.Tensor.Shape.AsSpan())));
        (_tokens, _segments) = (Table($"{Encoder}{Names.Token}"), Table($"{Encoder}segments.weight"));
    }

    // A module only because TorchSharp has no function for it.
    TorchSharp.Modules.Embedding Table(string name)
    {
        TorchSharp.Modules.Embedding table = nn.Embedding(1, 1);
        table.weight!.Dispose();
        table.weight = _weights[name];
        return table;
    }

    public IReadOnlyDictionary<string, TorchSharp.Modules.Parameter> Weights => _weights;

    /// <summary>A batch on libtorch's side.</summary>
    public sealed class Batch
    {
        public Batch(BertSize size, BertSize.Sample sample)
        {
            (Tokens, Places, Words) = (Both.Torch(sample.Tokens, size.Batch, size.Context), Both.Torch(sample.Places, sample.Places.Length), Both.Torch(sample.Words, sample.Words.Length));
            if (!size.Pairs) return;
            (Segments, Labels) = (Both.Torch(sample.Segments, size.Batch, size.Context), Both.Torch(sample.Labels, size.Batch));
            Seen = tensor([.. sample.Lengths.SelectMany(length => Enumerable.Range(0, size.Context).Select(time => time < length))], [size.Batch, 1, 1, size.Context]);
        }

        public TorchTensor Tokens { get; }
        /// <summary>The places of the words to guess, among all rows in a line.</summary>
        public TorchTensor Places { get; }
        public TorchTensor Words { get; }
        /// <summary>The text each token belongs to; one for all if null.</summary>
        public TorchTensor? Segments { get; }
        /// <summary>Whether the second text is another's; not asked if null.</summary>
        public TorchTensor? Labels { get; }
        /// <summary>Which keys are no padding; all if null.</summary>
        public TorchTensor? Seen { get; }
    }

    /// <summary>Training on so many batches in turn.</summary>
    public TorchTraining Training(int batches)
    {
        Batch[] all = [.. Enumerable.Range(0, batches).Select(number => new Batch(_size, _size.DrawBatch((ulong)number)))];
        return new TorchTraining(_weights.Values, AdamSettings.Text, step => Loss(all[step % batches]));
    }

    /// <summary>The mean cross-entropy of the masked words, and that of the pairs if they are asked about.</summary>
    public TorchTensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        TorchTensor x = Features(batch, training: true);
        TorchTensor hidden = Norm(Functions.gelu(Linear(x.view(-1, _size.Width).index_select(0, batch.Places), $"{Head}dense")), $"{Head}norm");
        TorchTensor loss = Functions.cross_entropy(Functions.linear(hidden, _weights[$"{Encoder}{Names.Token}"], _weights[$"{Head}bias"]), batch.Words);
        if (batch.Labels is { } labels) loss = loss + Functions.cross_entropy(Linear(Linear(x.select(1, 0), "pooler.dense").tanh(), "answer"), labels);
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>What the encoder makes of every token, <c>[batch, time, width]</c>.</summary>
    public TorchTensor Features(Batch batch, bool training)
    {
        using var scope = NewDisposeScope();
        (long samples, long time) = (batch.Tokens.shape[0], batch.Tokens.shape[1]);
        TorchTensor segments = batch.Segments is { } known ? _segments.forward(known) : _weights[$"{Encoder}segments.weight"].narrow(0, 0, 1);
        TorchTensor x = _tokens.forward(batch.Tokens) + _weights[$"{Encoder}{Names.Position}"].narrow(0, 0, time) + segments;
        x = Drop(Norm(x, $"{Encoder}norm"), training);
        for (int layer = 0; layer < _size.Layers; layer++) x = Block(x, layer, samples, time, batch.Seen, training);
        return x.MoveToOuterDisposeScope();
    }

    TorchTensor Block(TorchTensor x, int layer, long batch, long time, TorchTensor? seen, bool training)
    {
        using var scope = NewDisposeScope();
        TorchTensor[] qkv = Linear(x, Encoder + Names.Qkv(layer)).split(_size.Width, 2);
        TorchTensor y = Functions.scaled_dot_product_attention(Heads(qkv[0], batch, time), Heads(qkv[1], batch, time), Heads(qkv[2], batch, time), attn_mask: seen, p: training ? _size.Dropout : 0);
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
