using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>
/// SimCLR's views for small images in libtorch, a batch at a time: crop, resize and flip are one <c>grid_sample</c>, colours a handful of batched ops. The
/// order of colour changes is one for all images of a batch, which spares it sorting them; ours has one for each image.
/// </summary>
sealed class TorchViews(byte[] pixels, int side, int images, bool channelsLast)
{
    readonly TorchTensor _set = tensor(pixels, [pixels.Length / (3 * side * side), side, side, 3]).permute(0, 3, 1, 2).contiguous();
    readonly TorchTensor _grey = tensor((float[])[0.299f, 0.587f, 0.114f], [1, 3, 1, 1]);
    readonly Random _random = new(1);

    /// <summary>Two views each of a random batch, <c>[2 · images, 3, side, side]</c>.</summary>
    public TorchTensor Draw()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        TorchTensor x = _set.index_select(0, randint(0, _set.shape[0], images)).to(ScalarType.Float32).div_(255f);
        TorchTensor views = (cat([View(x), View(x)]) - 0.47f).div_(0.25f);
        return (channelsLast ? views.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : views.contiguous()).MoveToOuterDisposeScope();
    }

    TorchTensor View(TorchTensor x)
    {
        // Area uniform in 0.2 … 1, logarithm of the aspect uniform in ln 3/4 … ln 4/3, place uniform.
        TorchTensor area = rand(images) * 0.8f + 0.2f, aspect = ((rand(images) * 2 - 1) * MathF.Log(4f / 3f)).exp();
        TorchTensor width = (area * aspect).sqrt().clamp(max: 1), height = (area / aspect).sqrt().clamp(max: 1);
        TorchTensor mirror = (rand(images) < 0.5f).to(ScalarType.Float32) * 2 - 1;
        TorchTensor zero = zeros(images);
        TorchTensor theta = stack([width * mirror, zero, (rand(images) * 2 - 1) * (1 - width), zero, height, (rand(images) * 2 - 1) * (1 - height)], 1).view(-1, 2, 3);
        TorchTensor y = Functions.grid_sample(x, Functions.affine_grid(theta, [images, 3, side, side], align_corners: false), align_corners: false);
        TorchTensor changed = y;
        int[] order = [0, 1, 2, 3];
        _random.Shuffle(order);
        foreach (int which in order) changed = Change(changed, which);
        y = where((rand(images) < 0.8f).view(-1, 1, 1, 1), changed, y);
        return where((rand(images) < 0.2f).view(-1, 1, 1, 1), Grey(y).expand(-1, 3, -1, -1), y);
    }

    TorchTensor Grey(TorchTensor x) => (x * _grey).sum(1, keepdim: true);

    TorchTensor Change(TorchTensor x, int which)
    {
        TorchTensor factor = (rand(images, 1, 1, 1) * 2 - 1) * 0.4f + 1;
        return which switch
        {
            0 => (x * factor).clamp_(0, 1),
            1 => Blend(x, Grey(x).mean([2, 3], keepdim: true), factor),
            2 => Blend(x, Grey(x), factor),
            _ => Turn(x, (rand(images, 1, 1) * 2 - 1) * 0.1f),
        };
    }

    static TorchTensor Blend(TorchTensor x, TorchTensor other, TorchTensor factor) => (other + factor * (x - other)).clamp_(0, 1);

    // Hue by way of HSV: each channel is v − v s max(0, min(k, 4 − k, 1)), k = (n + 6 h) mod 6 with n = 5, 3, 1.
    static TorchTensor Turn(TorchTensor x, TorchTensor angle)
    {
        TorchTensor r = x.select(1, 0), g = x.select(1, 1), b = x.select(1, 2);
        TorchTensor v = x.amax([1]), range = v - x.amin([1]), divisor = range.clamp(min: 1e-8f);
        TorchTensor sector = where(v == r, ((g - b) / divisor).remainder(6), where(v == g, (b - r) / divisor + 2, (r - g) / divisor + 4));
        TorchTensor hue = sector + 6 * angle;
        TorchTensor Channel(int n)
        {
            TorchTensor k = (hue + n).remainder(6);
            return v - range * minimum(k, 4 - k).clamp(0, 1);
        }
        return stack([Channel(5), Channel(3), Channel(1)], 1);
    }
}
