using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// The same BERT with its two heads in libtorch, in its best form: fused attention, fused linear and layer norm, only the guessed words through the head,
/// no module calls, intermediates disposed of as soon as a block is done. Weights come by name, from our model.
/// </summary>
sealed class TorchBert : IDisposable
{
    const double Epsilon = 1e-12;

    readonly BertSize _size;
    readonly Dictionary<string, TorchSharp.Modules.Parameter> _weights = [];
    readonly TorchSharp.Modules.Embedding _tokens, _segments;

    /// <summary>With the weights of ours.</summary>
    public TorchBert(BertSize size, BertWithHeads model)
    {
        _size = size;
        foreach ((string name, Tensor tensor) in model.NamedTensors())
            _weights[name] = new TorchSharp.Modules.Parameter(Both.Torch(tensor.ToArray(), tensor.Shape.AsSpan()));
        (_tokens, _segments) = (Table("encoder.tokens.weight"), Table("encoder.segments.weight"));
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

    /// <summary>AdamW with decay on matrices only.</summary>
    public optim.Optimizer Optimizer()
    {
        using var scope = NewDisposeScope();
        TorchSharp.Modules.AdamW.ParamGroup Group(bool matrices) => new(_weights.Values.Where(weight => weight.dim() >= 2 == matrices),
            AdamSettings.Rate, AdamSettings.Beta1, AdamSettings.Beta2, AdamSettings.Epsilon, matrices ? AdamSettings.Decay : 0);
        return optim.AdamW([Group(true), Group(false)], AdamSettings.Rate, AdamSettings.Beta1, AdamSettings.Beta2, AdamSettings.Epsilon, AdamSettings.Decay);
    }

    /// <summary>A batch on libtorch's side.</summary>
    public sealed class Batch
    {
        public Batch(BertSize size, BertSize.Sample sample)
        {
            int[] guessed = [.. Enumerable.Range(0, sample.Targets.Length).Where(place => sample.Targets[place] != BertSize.Ignored)];
            Tokens = Whole(sample.Tokens, size.Batch, size.Context);
            Segments = Whole(sample.Segments, size.Batch, size.Context);
            Guessed = Whole(guessed, guessed.Length);
            Targets = Whole([.. guessed.Select(place => sample.Targets[place])], guessed.Length);
            Follows = Whole(sample.Follows, size.Batch);
            if (sample.Lengths.Any(length => length < size.Context))
                Seen = tensor([.. sample.Lengths.SelectMany(length => Enumerable.Range(0, size.Context).Select(time => time < length))],
                    [size.Batch, 1, 1, size.Context]);
        }

        public TorchTensor Tokens { get; }
        public TorchTensor Segments { get; }
        /// <summary>The places of the words to guess, among all of the batch.</summary>
        public TorchTensor Guessed { get; }
        public TorchTensor Targets { get; }
        public TorchTensor Follows { get; }
        /// <summary>Which keys are no padding; all if null.</summary>
        public TorchTensor? Seen { get; }

        static TorchTensor Whole(int[] values, params long[] shape) => tensor([.. values.Select(value => (long)value)], shape);
    }

    /// <summary>The mean cross-entropy of the guessed words, plus that of whether the second text follows.</summary>
    public TorchTensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        TorchTensor x = Embed(batch);
        for (int layer = 0; layer < _size.Layers; layer++) x = Block(x, layer, batch.Seen);
        TorchTensor guessed = Functions.gelu(Linear(x.view(-1, _size.Width).index_select(0, batch.Guessed), "masked_head.dense"));
        TorchTensor words = Functions.linear(Norm(guessed, "masked_head.norm"), _weights["encoder.tokens.weight"], _weights["masked_head.bias"]);
        TorchTensor follows = Linear(Linear(x.select(1, 0), "pooler.dense").tanh(), "next_sentence");
        return (Functions.cross_entropy(words, batch.Targets) + Functions.cross_entropy(follows, batch.Follows)).MoveToOuterDisposeScope();
    }

    TorchTensor Embed(Batch batch)
    {
        using var scope = NewDisposeScope();
        TorchTensor sum = _tokens.forward(batch.Tokens) + _weights["encoder.positions.weight"].narrow(0, 0, _size.Context) + _segments.forward(batch.Segments);
        return Norm(sum, "encoder.norm").MoveToOuterDisposeScope();
    }

    TorchTensor Block(TorchTensor x, int layer, TorchTensor? seen)
    {
        using var scope = NewDisposeScope();
        string block = $"encoder.blocks.{layer}";
        TorchTensor[] qkv = Linear(x, $"{block}.attention.project").split(_size.Width, 2);
        TorchTensor y = Functions.scaled_dot_product_attention(Heads(qkv[0]), Heads(qkv[1]), Heads(qkv[2]), attn_mask: seen);
        x = Norm(x + Linear(y.transpose(1, 2).reshape(_size.Batch, _size.Context, _size.Width), $"{block}.attention.output"), $"{block}.norm1");
        TorchTensor hidden = Functions.gelu(Linear(x, $"{block}.feed_forward.expand"));
        return Norm(x + Linear(hidden, $"{block}.feed_forward.contract"), $"{block}.norm2").MoveToOuterDisposeScope();
    }

    TorchTensor Heads(TorchTensor x) => x.view(_size.Batch, _size.Context, _size.Heads, _size.Width / _size.Heads).transpose(1, 2);

    TorchTensor Norm(TorchTensor x, string name) => Functions.layer_norm(x, [_size.Width], _weights[$"{name}.weight"], _weights[$"{name}.bias"], Epsilon);

    TorchTensor Linear(TorchTensor x, string name) => Functions.linear(x, _weights[$"{name}.weight"], _weights[$"{name}.bias"]);

    public void Dispose()
    {
        foreach (var weight in _weights.Values) weight.Dispose();
    }
}

/// <summary>libtorch's training step. The loss stays on its side until it is asked for: nothing waits for it.</summary>
sealed class TorchBertTraining(BertSize size, TorchBert model, int batches)
{
    readonly optim.Optimizer _optimizer = model.Optimizer();
    readonly TorchBert.Batch[] _batches = [.. Enumerable.Range(0, batches).Select(number => new TorchBert.Batch(size, size.DrawBatch((ulong)number)))];
    readonly List<TorchTensor> _losses = [];

    public void Step(bool optimizer = true)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        TorchTensor loss = model.Loss(_batches[_losses.Count % _batches.Length]);
        loss.backward();
        if (optimizer) _optimizer.step();
        _losses.Add(loss.detach().MoveToOuterDisposeScope());
    }

    /// <summary>The losses of all steps.</summary>
    public double[] Losses => [.. _losses.Select(loss => (double)loss.item<float>())];
}
