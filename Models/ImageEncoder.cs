namespace NativeSsl;

/// <summary>A network that makes one row of features of every image: what is kept of pretraining.</summary>
public abstract class ImageEncoder : Module
{
    /// <summary>How many features an image gets.</summary>
    public abstract int Features { get; }

    /// <summary>Channels of the images it takes.</summary>
    public abstract int Channels { get; }

    /// <summary>The device of the parameters.</summary>
    public abstract IBackend Backend { get; }

    /// <summary><c>[batch, height, width, channels]</c> to <c>[batch, features]</c>. In a training step, batch norm takes its statistics from the batch.</summary>
    /// <exception cref="ShapeException">The images are too small, or have another number of channels.</exception>
    public abstract Tensor Forward(Tensor images);
}
