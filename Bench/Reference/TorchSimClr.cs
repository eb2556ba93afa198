using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// The same encoder, head and loss in libtorch, in their best form: functions instead of modules, Relu and addition in place, intermediates disposed of
/// as soon as a block is done, weights and images in either of the two layouts. Weights come by name, from our objective.
/// </summary>
sealed class TorchSimClr : IDisposable
{
    readonly ContrastiveSize _size;
    readonly bool _channelsLast;
    readonly ScalarType _precision;
    readonly Dictionary<string, TorchSharp.Modules.Parameter> _weights = [];
    readonly Dictionary<string, TorchTensor> _running = [];
    readonly TorchTensor _self, _partners;

    public TorchSimClr(ContrastiveSize size, SimClr ours, bool channelsLast, ScalarType precision = ScalarType.Float32)
    {
        (_size, _channelsLast, _precision) = (size, channelsLast, precision);
        HashSet<string> trained = [.. ours.NamedParameters().Select(entry => entry.Name)];
        foreach (var (name, tensor) in ours.NamedTensors())
        {
            TorchTensor values = Both.Torch(tensor.ToArray(), tensor.Shape.AsSpan()).to(precision);
            // [out, height, width, in] with its axes renamed is [out, in, height, width], channels last.
            if (tensor.Shape.Rank == 4) values = values.permute(0, 3, 1, 2);
            if (tensor.Shape.Rank == 4 && !channelsLast) values = values.contiguous();
            if (trained.Contains(name)) _weights[name] = new TorchSharp.Modules.Parameter(values);
            else _running[name] = values;
        }
        int images = size.Images;
        _self = eye(2 * images).to(ScalarType.Bool);
        _partners = tensor([.. Enumerable.Range(0, 2 * images).Select(i => (long)((i + images) % (2 * images)))]);
    }

    public IReadOnlyDictionary<string, TorchSharp.Modules.Parameter> Weights => _weights;

    /// <summary>A weight's gradient in the layout of ours.</summary>
    public static TorchTensor InOurLayout(TorchTensor x) => x.dim() == 4 ? x.permute(0, 2, 3, 1).contiguous() : x.contiguous();

    /// <summary>Training on so many batches of views in turn, made beforehand.</summary>
    public TorchTraining Training(int batches)
    {
        TorchTensor[] all = [.. Enumerable.Range(0, batches).Select(number =>
        {
            TorchTensor images = Both.Torch(_size.DrawBatch((ulong)number), 2 * _size.Images, _size.Side, _size.Side, 3).permute(0, 3, 1, 2).to(_precision);
            return _channelsLast ? images : images.contiguous();
        })];
        return new TorchTraining(_weights.Values, AdamSettings.Images, step => Loss(all[step % batches]));
    }

    /// <summary>Training that makes its views of some images in every step.</summary>
    public TorchTraining Training(ImageSet images)
    {
        byte[] pixels = new byte[images.Count * images.Size.Bytes];
        images.Read([.. Enumerable.Range(0, images.Count)], pixels);
        TorchViews views = new(pixels, _size.Side, _size.Images, _channelsLast);
        return new TorchTraining(_weights.Values, AdamSettings.Images, _ => Loss(views.Draw()));
    }

    /// <summary>NT-Xent of both views, <c>[2 · images, channels, height, width]</c>.</summary>
    public TorchTensor Loss(TorchTensor x)
    {
        using var scope = NewDisposeScope();
        TorchTensor h = Encode(x);
        TorchTensor z = Functions.linear(h, _weights["head.linears.0.weight"]);
        z = Functions.linear(Norm(z, "head.norms.0").relu_(), _weights["head.linears.1.weight"], _weights["head.linears.1.bias"]);
        TorchTensor unit = Functions.normalize(z, dim: 1);
        TorchTensor similarity = unit.mm(unit.t()).div_(ContrastiveSize.Temperature).masked_fill_(_self, float.NegativeInfinity);
        return Functions.cross_entropy(similarity, _partners).MoveToOuterDisposeScope();
    }

    TorchTensor Encode(TorchTensor x)
    {
        using var scope = NewDisposeScope();
        if (_size.Network is not { } network)
        {
            for (int i = 0; i < 3; i++) x = Norm(Convolve(x, $"encoder.convolutions.{i}", 2), $"encoder.norms.{i}").relu_();
            return x.mean([2, 3]).MoveToOuterDisposeScope();
        }
        x = Norm(Convolve(x, "encoder.stem_conv", 1), "encoder.stem_norm").relu_();
        for (int stage = 0; stage < network.Blocks.Count; stage++)
            for (int place = 0; place < network.Blocks[stage]; place++)
                x = Block(x, $"encoder.stages.{stage}.{place}", stage > 0 && place == 0 ? 2 : 1);
        return x.mean([2, 3]).MoveToOuterDisposeScope();
    }

    TorchTensor Block(TorchTensor x, string name, int stride)
    {
        using var scope = NewDisposeScope();
        TorchTensor h = Norm(Convolve(x, $"{name}.conv1", stride), $"{name}.norm1").relu_();
        h = Norm(Convolve(h, $"{name}.conv2", 1), $"{name}.norm2");
        TorchTensor around = _weights.ContainsKey($"{name}.shortcut_conv.weight") ? Norm(Convolve(x, $"{name}.shortcut_conv", stride), $"{name}.shortcut_norm") : x;
        return h.add_(around).relu_().MoveToOuterDisposeScope();
    }

    TorchTensor Convolve(TorchTensor x, string name, int stride)
    {
        TorchTensor weight = _weights[$"{name}.weight"];
        return Functions.conv2d(x, weight, strides: [stride, stride], padding: [weight.shape[2] / 2, weight.shape[3] / 2]);
    }

    TorchTensor Norm(TorchTensor x, string name) => Functions.batch_norm(x, _running[$"{name}.running_mean"], _running[$"{name}.running_var"],
        _weights[$"{name}.weight"], _weights[$"{name}.bias"], training: true, momentum: 0.1, eps: 1e-5);

    public void Dispose()
    {
        foreach (var weight in _weights.Values) weight.Dispose();
        foreach (TorchTensor running in _running.Values) running.Dispose();
        _self.Dispose();
        _partners.Dispose();
    }
}
