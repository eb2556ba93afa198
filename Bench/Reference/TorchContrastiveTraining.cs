using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>libtorch's training step. The loss stays on its side until it is asked for: nothing waits for it.</summary>
sealed class TorchContrastiveTraining
{
    readonly TorchSimClr _model;
    readonly optim.Optimizer _optimizer;
    readonly TorchTensor[] _batches;
    readonly TorchViews? _views;
    readonly List<TorchTensor> _losses = [];

    /// <param name="size">What is trained.</param>
    /// <param name="model">The networks.</param>
    /// <param name="batches">Views made beforehand, in turn.</param>
    /// <param name="channelsLast">The layout of the images.</param>
    /// <param name="views">Makes the views in every step instead.</param>
    /// <param name="precision">What the networks compute in.</param>
    public TorchContrastiveTraining(ContrastiveSize size, TorchSimClr model, int batches, bool channelsLast, TorchViews? views = null, ScalarType precision = ScalarType.Float32)
    {
        (_model, _views, _optimizer) = (model, views, model.Optimizer());
        _batches = [.. Enumerable.Range(0, batches).Select(number =>
        {
            TorchTensor images = Both.Torch(size.DrawBatch((ulong)number), 2 * size.Images, size.Side, size.Side, 3).permute(0, 3, 1, 2).to(precision);
            return channelsLast ? images : images.contiguous();
        })];
    }

    /// <summary>Steps that make their views of some images.</summary>
    public static TorchContrastiveTraining WithViews(ContrastiveSize size, TorchSimClr model, ImageSet images, bool channelsLast)
    {
        byte[] pixels = new byte[images.Count * images.Size.Bytes];
        images.Read([.. Enumerable.Range(0, images.Count)], pixels);
        return new(size, model, 1, channelsLast, new TorchViews(pixels, size.Side, size.Images, channelsLast));
    }

    public void Step(bool optimizer = true)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        TorchTensor loss = _model.Loss(_views?.Draw() ?? _batches[_losses.Count % _batches.Length]);
        loss.backward();
        if (optimizer) _optimizer.step();
        _losses.Add(loss.detach().MoveToOuterDisposeScope());
    }

    /// <summary>The losses of all steps.</summary>
    public double[] Losses => [.. _losses.Select(loss => loss.to(ScalarType.Float64).item<double>())];
}
